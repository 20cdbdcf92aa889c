// The queues of a single node keep the contract of their port with a journal under them, persistent messages or not.
import { afterAll } from 'vitest';
import type { Queues } from '../../src/relay/queues.ts';
import { declaredQueuesContract } from './declared-queues.ts';
import { newJournal, queuesOver, removeJournals } from './journal-folder.ts';
import { type QueuesKind, type QueuesUnderTest, queuesContract } from './queues.ts';

afterAll(removeJournals);

/** All that is enqueued is persistent. */
function persistently(queues: Queues): Queues {
  return {
    enqueue: (message, terms) => queues.enqueue(message, { ...terms, persistent: true }),
    consume: (destination, consumer, terms) => queues.consume(destination, consumer, terms),
    declare: (destination, terms) => queues.declare(destination, terms),
    remove: (destination) => queues.remove(destination),
    get size() {
      return queues.size;
    },
  };
}

for (const persistent of [true, false]) {
  const kind: QueuesKind = {
    name: `memory with a journal, ${persistent ? 'persistent' : 'not persistent'}`,
    open: async (limits, deadLetters): Promise<QueuesUnderTest> => {
      let now = 1_000_000;
      const dropped: string[] = [];
      const queues = await queuesOver(newJournal(), {
        limits,
        deadLetters,
        now: () => now,
        dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
      });
      return {
        queues: persistent ? persistently(queues) : queues,
        dropped,
        another: async () => queues,
        pass: async (milliseconds) => {
          now += milliseconds;
          queues.sweep();
        },
        close: () => queues.close(),
      };
    },
  };
  queuesContract(kind);
  declaredQueuesContract(kind);
}
