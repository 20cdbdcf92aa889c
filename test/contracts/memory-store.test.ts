// The contract of the history store, held against the history in memory, and what it promises beyond it.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import type { HistoryStore } from '../../src/history/store.ts';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import { recordOf, recordsOf, seqsOf } from './history-records.ts';
import { historyStoreContract } from './history-store.ts';

const why = 'it ends with its process, and a store that was closed holds nothing';

historyStoreContract({
  name: 'memory',
  skips: {
    'go on in another process, and with another limit': why,
    'puts a dead letter in the place that its tombstone keeps, and nowhere else':
      'its dead letters end with its process: nobody retries them',
    'keep their epoch after a clean end': why,
    'count in an epoch of their own when the one before did not end': why,
    'keeps everything over a close': why,
    'lets what was begun before a close end': why,
  },
  tooLarge: () => recordOf(99, { body: Buffer.alloc(65 << 20) }),
  place: async () => ({ store: async () => new MemoryStore(), close: async () => {} }),
});

const bounded = async (maxBytes: number): Promise<HistoryStore> => {
  const store = new MemoryStore({ maxBytes });
  await store.open();
  return store;
};
const seqs = async (store: HistoryStore, destination: string): Promise<number[]> =>
  seqsOf((await store.find({ destination, limit: 1000, order: 'oldest' })).records);

it('a bounded history in memory lets the oldest of the largest destination go', async () => {
  const store = await bounded(10_000);
  await store.append(recordsOf(3, { destination: '/topic/quiet' }));
  for (const record of recordsOf(100, { destination: '/topic/busy', body: Buffer.alloc(744) }))
    await store.append([record]);
  expect(await seqs(store, '/topic/quiet')).toEqual([1, 2, 3]);
  expect(await seqs(store, '/topic/busy')).toEqual([92, 93, 94, 95, 96, 97, 98, 99, 100].slice(-9));
  expect(await store.upkeep.last('/topic/busy')).toEqual({ epoch: 1, seq: 100 });
});

it('room that was made by redaction and deletion is used again', async () => {
  const store = await bounded(10_000);
  const body = Buffer.alloc(744);
  await store.append(recordsOf(10, { body }));
  expect(await seqs(store, '/topic/chat-room/lobby')).toHaveLength(10);
  for (const seq of [5, 6, 7, 8]) await store.upkeep.redact('/topic/chat-room/lobby', { epoch: 1, seq });
  await store.append([11, 12].map((seq) => recordOf(seq, { body })));
  expect(await seqs(store, '/topic/chat-room/lobby')).toHaveLength(12);
  await store.upkeep.deleteBefore(11);
  await store.append([13, 14, 15].map((seq) => recordOf(seq, { body })));
  expect(await seqs(store, '/topic/chat-room/lobby')).toEqual([11, 12, 13, 14, 15]);
});

it('the epochs of a history in memory grow, and are kept after a clean end', async () => {
  const store = new MemoryStore({ now: () => 1000 });
  await store.open();
  expect(await store.upkeep.begin()).toEqual({ epoch: 1000, sure: 1000 });
  expect(await store.upkeep.begin()).toEqual({ epoch: 1001, sure: 1001 });
  await store.upkeep.end();
  expect(await store.upkeep.begin()).toEqual({ epoch: 1001, sure: 1001 });
  await store.append([recordOf(1, { epoch: 5000 })]);
  expect(await store.upkeep.begin()).toEqual({ epoch: 5001, sure: 5001 });
  expect(store.durable).toBe(false);
});
