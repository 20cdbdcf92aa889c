// Two nodes over one Redis, for the contract of queues that topics fill.
import type { BindingsKind } from './bindings.ts';
import { type Behind, RedisNodes } from './redis-nodes.ts';

/** Opens nodes over what is behind. */
export function redisBindings(behind: () => Behind): BindingsKind['open'] {
  return async (limits, policies) => {
    const dropped: string[] = [];
    const queues = {
      limits,
      deadLetters: '/queue/dead-letter',
      queues: 200,
      bindings: 12,
      dropped: ({ id }: { id: string }, why: string) => void dropped.push(`${id} ${why}`),
    };
    const nodes = new RedisNodes(behind(), policies, { queues, history: false });
    const [one, other] = [await nodes.node(), await nodes.node()];
    await Promise.all([one.start(() => {}), other.start(() => {})]);
    return {
      one,
      other,
      dropped,
      pass: (milliseconds) => nodes.pass(milliseconds),
      close: async () => {
        await Promise.all([one.close(), other.close()]);
      },
    };
  };
}
