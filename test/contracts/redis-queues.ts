// Queues over one Redis for the contract: a relay of one node, with a prefix of its own.
import type { RedisRelay } from '../../src/relay/redis.ts';
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
    const relays: RedisRelay[] = [];
    const another = async () => {
      const relay = await nodes.node();
      await relay.start(() => {});
      relays.push(relay);
      return relay.queues!;
    };
    return {
      queues: await another(),
      another,
      dropped,
      pass: (milliseconds) => nodes.pass(milliseconds),
      close: async () => {
        await Promise.all(relays.map((relay) => relay.close()));
      },
    };
  };
}
