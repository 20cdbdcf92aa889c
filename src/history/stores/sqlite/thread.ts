// This side of the threads of the embedded history.
import { Thread } from '../../../sqlite/thread.ts';
import type { Task } from './calls.ts';
import type { Packed } from './packed.ts';
import { historyFile } from './schema.ts';

/** From its source, or from what was built of it. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** A thread that writes or reads. `C`: what it can be asked. */
export function historyThread<C>(task: Task, died?: (why: Error) => void): Thread<C> {
  return new Thread<C>({
    program,
    task,
    kind: historyFile,
    died,
    memory: (name, given) => (name === 'append' ? [(given[0] as Packed).bodies.buffer] : []),
  });
}
