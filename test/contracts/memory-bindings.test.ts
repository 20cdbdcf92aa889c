// The queues that topics fill on a single node keep the contract of their port.
import { bindingsContract } from './bindings.ts';
import { declaredBindingsContract } from './declared-bindings.ts';
import { memoryBindings } from './memory-bindings.ts';
import { redactedCopiesContract } from './redacted-copies.ts';

const kind = memoryBindings('memory');

bindingsContract(kind);
declaredBindingsContract(kind);
redactedCopiesContract(kind);
