// The part of the history store's contract that is about upkeep: counts, deletion, redaction, and runs of a log.
import { Buffer } from 'node:buffer';
import { describe, expect } from 'vitest';
import type { HistoryQuery, HistoryStore } from '../../src/history/store.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { plain, positionOf, recordOf, recordsOf, room, seqsOf } from './history-records.ts';

interface Bench {
  test(sentence: string, run: () => Promise<void>): void;
  store(): HistoryStore;
  /** Closes the store and opens another one in its place. */
  reopen(): Promise<void>;
}

const other = '/topic/chat-room/other';

/** Tests the upkeep of a store. */
export function historyUpkeepContract({ test, store, reopen }: Bench): void {
  const find = async (query: Partial<HistoryQuery> = {}): Promise<readonly LogRecord[]> =>
    (await store().find({ destination: room, limit: 100, order: 'oldest', ...query })).records;
  const seqs = async (query: Partial<HistoryQuery> = {}): Promise<number[]> => seqsOf(await find(query));

  describe('upkeep', () => {
    test('counts what a query finds, in one destination or in all', async () => {
      await store().append([...recordsOf(12), ...recordsOf(5, { destination: other, sender: 'ann' })]);
      await store().upkeep.settled();
      const { count } = store().upkeep;
      expect(await count({})).toBe(17);
      expect(await count({ destination: room })).toBe(12);
      expect(await count({ sender: 'ann' })).toBe(5);
      expect(await count({ text: 'MESSAGE 1' })).toBe(5);
      expect(await count({ destination: room, text: '1', from: 11 })).toBe(2);
      expect(await count({ destination: '/topic/none' })).toBe(0);
    });

    test('deletes what is older than a time, and remembers how far positions went', async () => {
      await store().append([...recordsOf(6, { key: undefined }), recordOf(7, { time: 2, key: 'k' })]);
      await store().append(recordsOf(2, { destination: other }));
      expect(await store().upkeep.deleteBefore(4)).toBe(6);
      expect(await seqs()).toEqual([4, 5, 6]);
      expect(await store().upkeep.deleteBefore(100)).toBe(3);
      expect(await store().upkeep.count({})).toBe(0);
      expect(await store().upkeep.last(room)).toEqual({ epoch: 1, seq: 7 });
      expect(await store().upkeep.last(other)).toEqual({ epoch: 1, seq: 2 });
      await store().append([recordOf(8, { key: 'k' })]);
      await store().upkeep.settled();
      expect(await seqs({ text: 'message' })).toEqual([8]);
    });

    test('deletes what a destination has up to a position, and nothing of others, nor behind it', async () => {
      const keyed = (seq: number) => recordOf(seq, { key: `k${seq}` });
      await store().append([...Array.from({ length: 6 }, (_, n) => keyed(n + 1))]);
      await store().append([recordOf(1, { epoch: 2 }), recordOf(2, { epoch: 2 })]);
      await store().append(recordsOf(3, { destination: other, key: undefined }));
      await store().upkeep.settled();
      expect(await store().upkeep.deleteThrough(room, { epoch: 1, seq: 2 })).toBe(2);
      expect(await seqs()).toEqual([3, 4, 5, 6, 1, 2]);
      expect(await store().upkeep.deleteThrough(room, { epoch: 2, seq: 1 })).toBe(5);
      expect(await seqs()).toEqual([2]);
      expect(await store().upkeep.deleteThrough(room, { epoch: 2, seq: 9 })).toBe(1);
      expect(await store().upkeep.deleteThrough(room, { epoch: 2, seq: 9 })).toBe(0);
      expect(await store().upkeep.deleteThrough('/topic/none', { epoch: 2, seq: 9 })).toBe(0);
      expect(await seqs({ text: 'message' })).toEqual([]);
      expect(await store().upkeep.last(room)).toEqual({ epoch: 2, seq: 2 });
      expect(await store().upkeep.count({ destination: other })).toBe(3);
      await store().append([recordOf(3, { epoch: 2, key: 'k1' })]);
      expect(await seqs()).toEqual([3]);
      expect((await store().upkeep.keys(0, 9)).map(({ key, position }) => `${key} ${position.seq}`)).toEqual([
        'k1 3',
      ]);
    });

    test('redacts: a tombstone stays, its text is found no more, and nothing brings it back', async () => {
      const record = recordOf(2, {
        text: 'a secret',
        headers: ['h', 'v'],
        sender: 'ann',
        contentType: 'text/plain',
      });
      await store().append([recordOf(1), record, recordOf(3)]);
      await store().upkeep.settled();
      expect(await seqs({ text: 'secret' })).toEqual([2]);
      expect(await store().upkeep.redact(room, positionOf(record))).toBe(true);
      expect(await store().upkeep.redact(room, positionOf(record))).toBe(true);
      await store().append([record]);
      await store().upkeep.settled();
      expect(await seqs({ text: 'secret' })).toEqual([]);
      expect(await seqs()).toEqual([1, 2, 3]);
      const expected = { ...record, body: Buffer.alloc(0), headers: [], tombstone: 'redacted' } as const;
      expect(plain((await find())[1]!)).toEqual(plain(expected));
    });

    test('redacts before a word of it could be found', async () => {
      await store().append([recordOf(1, { text: 'a secret' })]);
      await store().upkeep.redact(room, { epoch: 1, seq: 1 });
      await store().upkeep.settled();
      expect(await seqs({ text: 'secret' })).toEqual([]);
    });

    test('puts a dead letter in the place that its tombstone keeps, and nowhere else', async () => {
      const poisoned = { body: Buffer.alloc(0), tombstone: 'poisoned' } as const;
      const tombstones = [recordOf(1, poisoned), recordOf(2, poisoned)];
      await store().append([...tombstones, recordOf(3), recordOf(5, { key: 'k' })]);
      await store().upkeep.settled();
      const restore = (record: LogRecord) => store().upkeep.restore!(record);
      const mended = recordOf(1, {
        text: 'mended',
        sender: 'ann',
        headers: ['a', '1'],
        key: 'own',
        time: 77,
      });
      expect(await restore(mended)).toBeUndefined();
      expect(await restore(recordOf(3, { text: 'another body' }))).toBeUndefined();
      expect(await restore(recordOf(4, { text: 'late' }))).toBeUndefined();
      const twice = recordOf(2, { text: 'twice', key: 'k' });
      expect(await restore(twice)).toMatchObject({
        record: { seq: 2 },
        reason: 'its key is at another place already',
      });
      await store().upkeep.settled();
      const found = await find({ order: 'oldest' });
      expect(found.map(({ body, tombstone }) => tombstone ?? body.toString())).toEqual([
        ...['mended', 'poisoned', 'message 3', 'late', 'message 5'],
      ]);
      expect(plain(found[0]!)).toEqual(plain(mended));
      expect(await seqs({ text: 'mended' })).toEqual([1]);
      expect(await seqs({ sender: 'ann', from: 77, to: 78 })).toEqual([1]);
      await reopen();
      expect(await seqs({ text: 'mended' })).toEqual([1]);
    });

    test('says of what is not there that it cannot be redacted', async () => {
      await store().append([recordOf(1)]);
      for (const position of [
        { epoch: 1, seq: 2 },
        { epoch: 2, seq: 1 },
      ])
        expect(await store().upkeep.redact(room, position)).toBe(false);
      expect(await store().upkeep.redact(other, { epoch: 1, seq: 1 })).toBe(false);
    });

    test('knows the last position of a destination', async () => {
      expect(await store().upkeep.last(room)).toBeUndefined();
      await store().append([recordOf(9), recordOf(2, { epoch: 2 }), recordOf(8)]);
      await store().append(recordsOf(1, { destination: other, epoch: 7 }));
      expect(await store().upkeep.last(room)).toEqual({ epoch: 2, seq: 2 });
      expect(await store().upkeep.last(other)).toEqual({ epoch: 7, seq: 1 });
    });

    test('lists keys since a time, the newest first', async () => {
      const keyed = [5, 1, 9, 7].map((time, i) => recordOf(i + 1, { time, key: `k${time}` }));
      await store().append([...keyed, recordOf(9, { time: 9 })]);
      const keyOf = (seq: number, time: number) => ({
        ...{ destination: room, key: `k${time}`, time },
        position: { epoch: 1, seq },
      });
      expect(await store().upkeep.keys(5, 100)).toEqual([keyOf(3, 9), keyOf(4, 7), keyOf(1, 5)]);
      expect(await store().upkeep.keys(0, 2)).toEqual([keyOf(3, 9), keyOf(4, 7)]);
      expect(await store().upkeep.keys(10, 2)).toEqual([]);
    });

    test('gives out all records, in the order of each destination', async () => {
      const rooms = Array.from({ length: 7 }, (_, i) => `/topic/all/${i}`);
      const records = rooms.flatMap((destination) => recordsOf(300, { destination }));
      await store().append([...records].sort((a, b) => a.seq - b.seq));
      const found: LogRecord[] = [];
      for await (const record of store().upkeep.all()) found.push(record);
      const by = (destination: string): object[] =>
        found.filter((record) => record.destination === destination).map(plain);
      expect(found).toHaveLength(records.length);
      for (const destination of rooms)
        expect(by(destination)).toEqual(recordsOf(300, { destination }).map(plain));
    });
  });

  describe('runs', () => {
    test('keep their epoch after a clean end', async () => {
      const first = await store().upkeep.begin();
      expect(first.sure).toBeLessThanOrEqual(first.epoch);
      await store().append([recordOf(1, { epoch: first.epoch })]);
      await store().upkeep.end();
      await reopen();
      const second = await store().upkeep.begin();
      expect(second).toEqual(first);
      expect(await store().upkeep.last(room)).toEqual({ epoch: first.epoch, seq: 1 });
    });

    test('count in an epoch of their own when the one before did not end', async () => {
      const first = await store().upkeep.begin();
      await reopen();
      const second = await store().upkeep.begin();
      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(second.sure).toBeGreaterThan(first.epoch);
      await store().upkeep.end();
      await reopen();
      expect(await store().upkeep.begin()).toEqual(second);
      const third = await store().upkeep.begin();
      expect(third.sure).toBeGreaterThan(second.epoch);
    });

    test('never count in an epoch that a record has', async () => {
      const far = Date.now() * 2;
      await store().append([recordOf(1, { epoch: far })]);
      const { epoch, sure } = await store().upkeep.begin();
      expect(epoch).toBeGreaterThan(far);
      expect(sure).toBeGreaterThan(far);
    });
  });
}
