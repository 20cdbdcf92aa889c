// The queues that topics fill on a single node, as the contract of their port opens them.
import { Policies } from '../../src/message/policies.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { type KeepingJournal, MemoryQueues } from '../../src/relay/memory-queues.ts';
import type { BindingsKind } from './bindings.ts';

/** @param journal - where they are kept; none: nowhere */
export const memoryBindings = (name: string, journal?: () => KeepingJournal): BindingsKind => ({
  name,
  most: 12,
  open: async (limits, all) => {
    const dropped: string[] = [];
    let now = 1_000_000;
    const policies = new Policies();
    for (const policy of all) policies.add(policy);
    const queues = new MemoryQueues({
      limits,
      deadLetters: '/queue/dead-letter',
      queues: 100,
      bindings: 12,
      separator: '/',
      now: () => now,
      ...(journal !== undefined && { journal: journal() }),
      dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
    });
    await queues.open();
    const relay = new MemoryRelay({ policies, beginnings: { of: () => ({ epoch: 7, seq: 0 }) } }, queues);
    relay.start(() => {});
    const pass = async (milliseconds: number): Promise<void> => {
      now += milliseconds;
      queues.sweep();
    };
    return { one: relay, other: relay, dropped, pass, close: async () => relay.close() };
  },
});
