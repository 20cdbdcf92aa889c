// What a queue in Redis stands on in tests: no transactions, no dead letters, nothing foreign.
import type { OwnParts } from '../../../src/relay/redis/partition-queues.ts';
import type { SharedQueueParts } from '../../../src/relay/redis/shared-queue.ts';

export const queueAlone: Omit<SharedQueueParts, OwnParts> = {
  tries: 3,
  wait: 0,
  commit: () => undefined,
  committing: () => false,
  later: () => {},
  died: async () => {},
  dropped: () => {},
  foreign: () => {},
};
