// The queues of a single node keep the contract of their port.
import { MemoryQueues } from '../../src/relay/memory-queues.ts';
import { declaredQueuesContract } from './declared-queues.ts';
import { patternQueuesContract } from './pattern-queues.ts';
import { type QueuesKind, queuesContract } from './queues.ts';

const kind: QueuesKind = {
  name: 'memory',
  open: async (limits, deadLetters) => {
    let now = 1_000_000;
    const dropped: string[] = [];
    const queues = new MemoryQueues({
      limits,
      deadLetters,
      queues: 10,
      bindings: 3,
      separator: '/',
      now: () => now,
      dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
    });
    return {
      queues,
      dropped,
      another: async () => queues,
      pass: async (milliseconds) => {
        now += milliseconds;
        queues.sweep();
      },
      close: async () => {},
    };
  },
};

queuesContract(kind);
declaredQueuesContract(kind);
patternQueuesContract(kind);
