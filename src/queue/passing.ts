// Queues that go by themselves, by what was said of them.
import type { QueueArguments } from './consumer.ts';

/** Whether nobody has to end it. */
export function isPassing(terms: QueueArguments | undefined): boolean {
  return terms?.autoDelete === true || terms?.unused !== undefined;
}
