// The contract of the history store port: one suite for every store, with the guarantees in the port's comments.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { HistoryQuery, HistoryStore } from '../../src/history/store.ts';
import { comparePositions } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import {
  type HistoryPlace,
  type HistoryStoreKind,
  plain,
  recordOf,
  recordsOf,
  room,
  seqsOf,
  walk,
} from './history-records.ts';
import { historySearchContract } from './history-search.ts';
import { historyUpkeepContract } from './history-upkeep.ts';
import { testsOf } from './skipping.ts';

export type { HistoryPlace, HistoryStoreKind } from './history-records.ts';

const other = '/topic/chat-room/other';

/** Tests a kind of history store. */
export function historyStoreContract(kind: HistoryStoreKind): void {
  describe(`the history store ${kind.name}`, () => {
    const test = testsOf(kind, 30_000);
    let place: HistoryPlace;
    let store: HistoryStore;
    const opened: HistoryStore[] = [];
    const open = async (): Promise<HistoryStore> => {
      const made = await place.store();
      opened.push(made);
      await made.open();
      return made;
    };
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await open();
    };
    const find = async (query: Partial<HistoryQuery> = {}): Promise<readonly LogRecord[]> =>
      (await store.find({ destination: room, limit: 100, order: 'oldest', ...query })).records;
    const seqs = async (query: Partial<HistoryQuery> = {}): Promise<number[]> => seqsOf(await find(query));

    beforeEach(async () => {
      place = await kind.place();
      store = await open();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await place.close();
    });

    describe('appending', () => {
      test('gives back each part of a record as it was', async () => {
        const records = [
          recordOf(1, { sender: 'ann', contentType: 'text/plain', headers: ['a', 'b'], key: 'user:ann k' }),
          recordOf(2, { body: Buffer.from(Array.from({ length: 256 }, (_, i) => i)) }),
          recordOf(3, { body: Buffer.alloc(0), headers: ['', '', 'a', '1', 'a', '2'] }),
          recordOf(4, {
            headers: ['n\0\n:\\', '\t"\'$.%_é한🙂\u2028', '$set', '__proto__'],
            sender: '한\0🙂',
          }),
          recordOf(5, { time: 0 }),
          recordOf(6, { time: 8_640_000_000_000_000, sender: '' }),
          recordOf(7, { tombstone: 'poisoned', body: Buffer.alloc(0) }),
          recordOf(Number.MAX_SAFE_INTEGER, { epoch: Number.MAX_SAFE_INTEGER, time: 7 }),
        ];
        expect(await store.append(records)).toEqual([]);
        expect((await find()).map(plain)).toEqual(records.map(plain));
      });

      test('keeps a body of 1 MiB', async () => {
        const body = Buffer.alloc(1 << 20, 'a body \0 of some length');
        await store.append([recordOf(1, { body })]);
        expect(body.equals((await find())[0]!.body)).toBe(true);
      });

      test('does not see what is done to a body later', async () => {
        const body = Buffer.from('before');
        const appended = store.append([recordOf(1, { body })]);
        await appended;
        body.fill('x');
        expect((await find())[0]!.body.toString()).toBe('before');
      });

      test('leaves a record as it is whose position is there already', async () => {
        await store.append([recordOf(1, { text: 'first' }), recordOf(2)]);
        const again = [recordOf(1, { text: 'second' }), recordOf(2), recordOf(3), recordOf(3, { text: 'x' })];
        expect(await store.append(again)).toEqual([]);
        expect((await find()).map(({ body }) => body.toString())).toEqual([
          'first',
          'message 2',
          'message 3',
        ]);
      });

      test('leaves a key with the first record of its destination, and keeps the others without', async () => {
        await store.append([recordOf(1, { key: 'k' })]);
        await store.append([
          recordOf(2, { key: 'k' }),
          recordOf(3, { key: 'l' }),
          recordOf(4, { key: 'l' }),
          recordOf(5),
          recordOf(1, { key: 'k', destination: other }),
        ]);
        expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
        expect((await find()).map(({ key }) => key)).toEqual(['k', undefined, 'l', undefined, undefined]);
        expect(await seqs({ destination: other })).toEqual([1]);
        const keys = await store.upkeep.keys(0, 10);
        expect(keys.map(({ key, position: { seq } }) => `${key} ${seq}`).sort()).toEqual([
          'k 1',
          'k 1',
          'l 3',
        ]);
      });

      test('refuses poison with a reason, and keeps the rest', async () => {
        const poison = [
          recordOf(0),
          recordOf(-1),
          recordOf(1.5),
          recordOf(2 ** 53),
          recordOf(Number.NaN),
          recordOf(3, { epoch: -1 }),
          recordOf(4, { epoch: Number.NaN }),
          recordOf(5, { time: Number.NaN }),
          recordOf(5, { time: 8.64e15 + 1 }),
          recordOf(6, { destination: '' }),
          ...(kind.tooLarge === undefined ? [] : [kind.tooLarge()]),
        ];
        const refusals = await store.append([recordOf(10), ...poison, recordOf(11)]);
        expect(refusals.map(({ record }) => record)).toEqual(poison);
        for (const { reason } of refusals) expect(reason).toMatch(/\w+ \w+/);
        expect(await seqs()).toEqual([10, 11]);
      });

      test('keeps all of many appends at once', async () => {
        await Promise.all(recordsOf(200).map((record) => store.append([record])));
        expect(await seqs({ limit: 1000 })).toEqual(seqsOf(recordsOf(200)));
      });

      test('takes an empty batch', async () => {
        expect(await store.append([])).toEqual([]);
        expect(await find()).toEqual([]);
      });

      test('is by position, whatever the clock says and in whatever order records come', async () => {
        const times = [500, 100, 900, 300];
        const records = times.map((time, i) => recordOf(i + 1, { time }));
        for (const record of [records[2]!, records[0]!, records[3]!, records[1]!])
          await store.append([record]);
        expect(await seqs()).toEqual([1, 2, 3, 4]);
        expect(await seqs({ order: 'newest' })).toEqual([4, 3, 2, 1]);
        expect(await seqs({ text: 'message' }).then((found) => found.length)).toBeLessThanOrEqual(4);
      });
    });

    describe('finding', () => {
      test('the latest, the newest first when nothing is said', async () => {
        await store.append(recordsOf(60));
        const page = await store.find({ destination: room, limit: 50 });
        expect(seqsOf(page.records)).toEqual(seqsOf(recordsOf(60)).slice(10).reverse());
        expect(page.next).toBeTypeOf('string');
      });

      test('nothing in a destination that nobody wrote to, nor by a beginning of its name', async () => {
        await store.append(recordsOf(3));
        for (const destination of [other, '/topic/chat-room/lobb', `${room}/`, room.toUpperCase(), '%', '']) {
          expect(await store.find({ destination, limit: 5 })).toEqual({ records: [], next: undefined });
          expect(await seqs({ destination, text: 'message' })).toEqual([]);
          expect(await store.upkeep.count({ destination, text: 'm' })).toBe(0);
        }
      });

      test('before and after a position, itself excluded, also across epochs', async () => {
        await store.append([1, 2, 3].flatMap((epoch) => recordsOf(3, { epoch })));
        const places = async (query: Partial<HistoryQuery>): Promise<string[]> =>
          (await find(query)).map(({ epoch, seq }) => `${epoch}-${seq}`);
        const [before, after] = [
          { epoch: 3, seq: 2 },
          { epoch: 1, seq: 3 },
        ];
        expect(await places({ after })).toEqual(['2-1', '2-2', '2-3', '3-1', '3-2', '3-3']);
        expect(await places({ before, order: 'newest', limit: 4 })).toEqual(['3-1', '2-3', '2-2', '2-1']);
        expect(await places({ before, after, limit: 2 })).toEqual(['2-1', '2-2']);
        expect(await places({ after: { epoch: 2, seq: 99 } })).toEqual(['3-1', '3-2', '3-3']);
        expect(await places({ after: { epoch: 2, seq: 0 }, limit: 1 })).toEqual(['2-1']);
        expect(await places({ after: { epoch: 9, seq: 0 } })).toEqual([]);
      });

      test('by time, from its begin on and before its end', async () => {
        await store.append(recordsOf(9).map((record, i) => ({ ...record, time: i % 2 ? 100 : 200 })));
        expect(await seqs({ from: 200 })).toEqual([1, 3, 5, 7, 9]);
        expect(await seqs({ to: 200 })).toEqual([2, 4, 6, 8]);
        expect(await seqs({ from: 101, to: 200 })).toEqual([]);
        expect(await seqs({ from: 100, to: 201, limit: 3 })).toEqual([1, 2, 3]);
      });

      test('by sender, to the letter', async () => {
        const senders = ['ann', 'Ann', 'ann ', undefined, '', 'ann'];
        await store.append(senders.map((sender, i) => recordOf(i + 1, { sender })));
        expect(await seqs({ sender: 'ann' })).toEqual([1, 6]);
        expect(await seqs({ sender: '' })).toEqual([5]);
        expect(await seqs({ sender: '%' })).toEqual([]);
      });

      test('what all conditions together allow', async () => {
        const records = recordsOf(40).map((record, i) => ({ ...record, sender: i % 2 ? 'ann' : 'ben' }));
        await store.append(records);
        await store.upkeep.settled();
        const query = { sender: 'ann', from: 10, to: 31, after: { epoch: 1, seq: 12 }, text: 'message' };
        expect(await seqs({ ...query, before: { epoch: 1, seq: 30 } })).toEqual([
          14, 16, 18, 20, 22, 24, 26, 28,
        ]);
        expect(await seqs({ ...query, text: '2' })).toEqual([20, 22, 24, 26, 28]);
      });

      test('pages that end at their bytes, with one record at least', async () => {
        await store.append(
          [10, 10, 10, 100, 10].map((size, i) => recordOf(i + 1, { text: 'x'.repeat(size) })),
        );
        const pages: number[][] = [];
        let cursor: string | undefined;
        do {
          const page = await store.find({
            destination: room,
            limit: 9,
            order: 'oldest',
            maxBytes: 20,
            cursor,
          });
          pages.push(seqsOf(page.records));
          cursor = page.next;
        } while (cursor !== undefined);
        expect(pages).toEqual([[1, 2], [3], [4], [5]]);
      });

      test('no next page when the last record fills the page', async () => {
        await store.append(recordsOf(4));
        for (const order of ['oldest', 'newest'] as const) {
          const first = await store.find({ destination: room, limit: 2, order });
          const second = await store.find({ destination: room, limit: 2, order, cursor: first.next });
          expect(second.records).toHaveLength(2);
          expect(second.next).toBeUndefined();
        }
      });

      test('pages of 1 to 1,000 records', async () => {
        await store.append(recordsOf(1001));
        expect(await seqs({ limit: 1000 })).toHaveLength(1000);
        for (const limit of [0, 1001, Number.NaN]) await expect(find({ limit })).rejects.toThrow('1 to 1000');
      });
    });

    describe('cursors', () => {
      test('walk over what was there once, while messages arrive', async () => {
        const walks = fc.record({
          there: fc.integer({ min: 0, max: 30 }),
          arriving: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
          limit: fc.integer({ min: 1, max: 12 }),
          order: fc.constantFrom('oldest' as const, 'newest' as const),
          maxBytes: fc.option(fc.integer({ min: 1, max: 60 }), { nil: Number.POSITIVE_INFINITY }),
        });
        let run = 0;
        await fc.assert(
          fc.asyncProperty(walks, async ({ there, arriving, limit, order, maxBytes }) => {
            const destination = `/topic/walk/${run++}`;
            await store.append(recordsOf(there, { destination }));
            let top = there;
            let page = 0;
            const arrive = async (): Promise<void> => {
              const more = arriving[page++] ?? 0;
              await store.append(Array.from({ length: more }, () => recordOf(++top, { destination })));
            };
            const found = await walk(store, { destination, limit, order, maxBytes }, arrive);
            const sign = order === 'oldest' ? 1 : -1;
            expect(found).toEqual([...found].sort((a, b) => sign * comparePositions(a, b)));
            expect(new Set(seqsOf(found)).size).toBe(found.length);
            expect(seqsOf(found).filter((seq) => seq <= there)).toHaveLength(there);
          }),
          { numRuns: 40 },
        );
      });

      test('go on in another process, and with another limit', async () => {
        await store.append(recordsOf(10));
        const { next } = await store.find({ destination: room, limit: 4 });
        await reopen();
        expect(await seqs({ order: 'newest', limit: 3, cursor: next })).toEqual([6, 5, 4]);
      });

      test('are refused when they are damaged or of another query', async () => {
        await store.append(recordsOf(10));
        const query = { destination: room, limit: 4, order: 'newest', text: undefined } as const;
        const next = (await store.find(query)).next!;
        const bad = { code: 'bad-cursor' };
        const others = [{ sender: 'a' }, { from: 1 }, { order: 'oldest' as const }, { text: 'message' }];
        for (const changed of [{ destination: other }, { before: { epoch: 1, seq: 9 } }, ...others])
          await expect(store.find({ ...query, cursor: next, ...changed })).rejects.toMatchObject(bad);
        const damaged = next.slice(0, 5) + (next[5] === 'A' ? 'B' : 'A') + next.slice(6);
        for (const cursor of ['', 'x', '1-6', `${next}A`, next.slice(0, -2), damaged])
          await expect(store.find({ ...query, cursor }), cursor).rejects.toMatchObject(bad);
      });
    });

    describe('its life', () => {
      test('keeps everything over a close', async () => {
        const records = recordsOf(20, { key: undefined, sender: 'ann' });
        await store.append(records);
        await reopen();
        await store.upkeep.settled();
        expect((await find()).map(plain)).toEqual(records.map(plain));
        expect(await seqs({ text: 'message 20' })).toEqual([20]);
      });

      test('closes twice, and refuses everything then', async () => {
        await store.close();
        await store.close();
        const closed = { code: 'history-unavailable' };
        await expect(store.append([recordOf(1)])).rejects.toMatchObject(closed);
        await expect(find()).rejects.toMatchObject(closed);
        await expect(store.upkeep.last(room)).rejects.toMatchObject(closed);
      });

      test('lets what was begun before a close end', async () => {
        const appended = store.append(recordsOf(50));
        await store.close();
        expect(await appended).toEqual([]);
        store = await open();
        expect(await seqs()).toHaveLength(50);
      });
    });

    historyUpkeepContract({ test, store: () => store, reopen });
    historySearchContract({ test, store: () => store });
  });
}
