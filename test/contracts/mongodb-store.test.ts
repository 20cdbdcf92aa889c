// The contract of the history store, held against a real MongoDB, and what that store promises beyond it.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryStore } from '../../src/history/store.ts';
import type { MongoDbStore, MongoDbStoreOptions } from '../../src/history/stores/mongodb.ts';
import { type Migration, migrate } from '../../src/mongodb/schema.ts';
import { requires } from '../servers/requires.ts';
import { recordOf, recordsOf, room, seqsOf } from './history-records.ts';
import { historyStoreContract } from './history-store.ts';
import { MongoPlace } from './mongodb-places.ts';

vi.setConfig({ testTimeout: 60_000 });

const url = requires('mongodb');

describe.runIf(url)('over MongoDB', () => {
  if (url === undefined) return;
  historyStoreContract({
    name: 'mongodb',
    tooLarge: () => recordOf(99, { body: Buffer.alloc(17 << 20) }),
    place: async () => new MongoPlace(url),
  });

  let place: MongoPlace;
  let stores: HistoryStore[];
  const open = async (options?: MongoDbStoreOptions): Promise<MongoDbStore> => {
    const store = await place.store(options);
    stores.push(store);
    await store.open();
    return store;
  };
  const seqs = async (store: HistoryStore): Promise<number[]> =>
    seqsOf((await store.find({ destination: room, limit: 1000, order: 'oldest' })).records);

  beforeEach(() => {
    place = new MongoPlace(url);
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await place.close();
  });

  describe('its schema', () => {
    const timeIndex = async (): Promise<object | undefined> =>
      (await place.db.collection('messages').indexes()).find(({ name }) => name === 'time');

    it('is made once, however many open it at a time', async () => {
      await Promise.all(Array.from({ length: 5 }, () => open()));
      const names = (await place.db.collection('messages').indexes()).map(({ name }) => name);
      const expected = ['_id_', 'destination-time', 'key', 'position', 'sender', 'time', 'words'];
      expect(names.toSorted()).toEqual(expected);
      expect(await place.db.collection('state').countDocuments({ version: 1 })).toBe(1);
    });

    it('of a newer program is refused, and left alone', async () => {
      await open();
      await place.db
        .collection<{ _id: string }>('state')
        .updateOne({ _id: 'schema' }, { $set: { version: 9 } });
      const refused = {
        code: 'history-unavailable',
        message: expect.stringContaining('version 9 of its schema'),
      };
      await expect(open()).rejects.toMatchObject(refused);
      expect(await place.db.collection('state').countDocuments({ version: 9 })).toBe(1);
    });

    it('goes through the steps that are missing, and through one again that did not end', async () => {
      const done: number[] = [];
      const step = (number: number) => async (): Promise<void> => void done.push(number);
      const to = (...steps: Migration[]) => migrate(place.db, { name: 'a thing', state: 'versions', steps });
      await to(step(1));
      const failing = async (): Promise<void> => Promise.reject(new Error('cut off'));
      await expect(to(step(1), step(2), failing)).rejects.toThrow('cut off');
      await to(step(1), step(2), step(3));
      await to(step(1), step(2), step(3));
      expect(done).toEqual([1, 2, 3]);
    });

    it('lets messages expire after the retention, which may change', async () => {
      const [day, hour] = [86_400, 3600];
      await (await open({ retention: day * 1000 })).append(recordsOf(1, { time: Date.now() }));
      expect(await timeIndex()).toMatchObject({ key: { time: 1 }, expireAfterSeconds: day });
      await open({ retention: hour * 1000 - 1 });
      expect(await timeIndex()).toMatchObject({ key: { time: 1 }, expireAfterSeconds: hour });
      const store = await open();
      expect(await timeIndex()).toMatchObject({ expireAfterSeconds: hour });
      await open({ retention: 0 });
      expect(await timeIndex()).not.toHaveProperty('expireAfterSeconds');
      await open({ retention: hour * 1000 });
      expect(await timeIndex()).toMatchObject({ key: { time: 1 }, expireAfterSeconds: hour });
      expect(await seqs(store)).toEqual([1]);
    });
  });

  describe('its writes', () => {
    it('leave one of each when several writers bring the same batches at once', async () => {
      const writers = await Promise.all([open(), open(), open()]);
      const batch = recordsOf(300).map((record) => ({ ...record, key: `k${record.seq}` }));
      const appended = await Promise.all(writers.map((writer) => writer.append(batch)));
      expect(appended).toEqual([[], [], []]);
      expect(await seqs(writers[0]!)).toEqual(seqsOf(batch));
    });

    it('set aside what the driver will not send, and keep the rest of the batch', async () => {
      const store = await open();
      // one is found when it is measured, the other looks as if it had a length
      const [circle, disguised]: Record<string, unknown>[] = [{}, { length: 5 }];
      circle!.again = circle;
      disguised!.again = disguised;
      const [first, ...rest] = recordsOf(9);
      const bad = [recordOf(20, { sender: circle as never }), recordOf(21, { sender: disguised as never })];
      const refusals = await store.append([first!, bad[0]!, ...rest, bad[1]!]);
      expect(refusals.map(({ record }) => record.seq)).toEqual([20, 21]);
      for (const { reason } of refusals) expect(reason).toMatch(/^MongoDB cannot keep it: .*circular/);
      expect(await seqs(store)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('set aside what the server refuses, and keep the rest of the batch', async () => {
      const store = await open();
      await place.db.command({
        collMod: 'messages',
        validator: { seq: { $ne: 4 } },
        validationAction: 'error',
      });
      const refusals = await store.append(recordsOf(6));
      expect(refusals.map(({ record }) => record.seq)).toEqual([4]);
      expect(await seqs(store)).toEqual([1, 2, 3, 5, 6]);
    });

    it('keep a body whose words would take more than a document has, without them', async () => {
      const store = await open();
      let random = 7;
      const characters = Array.from({ length: 1_200_000 }, () => {
        random = (random * 48_271) % 2_147_483_647;
        return 0x4e00 + (random % 20_000);
      });
      const text = characters.map((code) => String.fromCharCode(code)).join('');
      expect(await store.append([recordOf(1, { text })])).toEqual([]);
      expect(await seqs(store)).toEqual([1]);
    });

    it('do not take a key that is known for poison', async () => {
      const store = await open();
      expect(await store.append([recordOf(1, { key: 'k' }), recordOf(2, { key: 'k' }), recordOf(3)])).toEqual(
        [],
      );
      expect(await store.append([recordOf(4, { key: 'k' })])).toEqual([]);
      expect(await seqs(store)).toEqual([1, 2, 3, 4]);
    });

    it('that redact leave nothing to guess the text from', async () => {
      const store = await open();
      await store.append([recordOf(1, { text: 'a secret', headers: ['h', 'v'] })]);
      await store.upkeep.redact(room, { epoch: 1, seq: 1 });
      const document = await place.db.collection('messages').findOne({ seq: 1 });
      expect(Object.keys(document!).toSorted()).toEqual([
        '_id',
        'body',
        'destination',
        'epoch',
        'seq',
        'time',
        'tombstone',
      ]);
    });

    it('refuse a dead letter that no document can hold, and keep its tombstone', async () => {
      const store = await open();
      await store.append([recordOf(2, { body: Buffer.alloc(0), tombstone: 'poisoned' })]);
      const large = recordOf(2, { body: Buffer.alloc(17 << 20) });
      expect((await store.upkeep.restore!(large))?.reason).toContain('16 MiB');
      const [kept] = (await store.find({ destination: room, limit: 9 })).records;
      expect(kept!.tombstone).toBe('poisoned');
    });

    it('do not lend one position to two destinations whose names end like positions', async () => {
      const store = await open();
      const records = [recordOf(3, { destination: '/a 1-2' }), recordOf(2, { destination: '/a' })];
      expect(await store.append(records)).toEqual([]);
      expect(await store.upkeep.count({})).toBe(2);
    });
  });

  describe('its runs', () => {
    it('are ended by the process that began them alone', async () => {
      const [one, other] = [await open(), await open()];
      const first = await one.upkeep.begin();
      const second = await other.upkeep.begin();
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await one.upkeep.end();
      expect((await one.upkeep.begin()).epoch).toBeGreaterThan(second.epoch);
    });

    it('know how far a destination came when retention has taken its messages, over a clean end', async () => {
      const store = await open();
      const { epoch } = await store.upkeep.begin();
      await store.append(recordsOf(12, { epoch }));
      await store.append([recordOf(1, { epoch, destination: '/topic/quiet' })]);
      await place.db.collection('messages').deleteMany({});
      await store.upkeep.end();
      const next = await open();
      expect(await next.upkeep.begin()).toEqual({ epoch, sure: epoch });
      expect(await next.upkeep.last(room)).toEqual({ epoch, seq: 12 });
      expect(await next.upkeep.last('/topic/quiet')).toEqual({ epoch, seq: 1 });
    });
  });
});
