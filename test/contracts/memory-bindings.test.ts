// The queues that topics fill on a single node keep the contract of their port.
import { Policies } from '../../src/message/policies.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';
import { bindingsContract } from './bindings.ts';

bindingsContract({
  name: 'memory',
  most: 12,
  open: async (limits, all) => {
    const dropped: string[] = [];
    const policies = new Policies();
    for (const policy of all) policies.add(policy);
    const queues = new MemoryQueues({
      limits,
      deadLetters: '/queue/dead-letter',
      queues: 100,
      bindings: 12,
      separator: '/',
      now: () => 1_000_000,
      dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
    });
    const relay = new MemoryRelay({ policies, beginnings: { of: () => ({ epoch: 7, seq: 0 }) } }, queues);
    relay.start(() => {});
    return { one: relay, other: relay, dropped, close: async () => relay.close() };
  },
});
