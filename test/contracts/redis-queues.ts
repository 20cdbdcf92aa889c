// Queues over one Redis for the contract: a relay of one node, with a prefix of its own.
import type { QueuesKind } from './queues.ts';
import { type Behind, RedisNodes } from './redis-nodes.ts';

/** Opens queues over what is behind. */
export function redisQueues(behind: () => Behind): QueuesKind['open'] {
  return async (limits, deadLetters) => {
    const dropped: string[] = [];
    const nodes = new RedisNodes(behind(), [], {
      queues: {
        limits,
        deadLetters,
        queues: 40,
        bindings: 12,
        dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
      },
    });
    const relay = await nodes.node();
    await relay.start(() => {});
    return {
      queues: relay.queues!,
      dropped,
      pass: (milliseconds) => nodes.pass(milliseconds),
      close: () => relay.close(),
    };
  };
}
