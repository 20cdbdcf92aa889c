// The feed in Redis keeps the contract of a feed, and what is told of Redis alone: trimming, marks, faults.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../src/history/feeds/redis-recorder.ts';
import { historyGroup, Keys } from '../../src/relay/redis/keys.ts';
import { recordAt, seqsOf } from '../history/records.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { type FeedPlace, feedContract, readFrom } from './feed.ts';
import { redisFeedPlace } from './redis-feed-place.ts';

const shared = requires('redis');
const path = requires('redis-server');
const takeOver = 400;
const { signal: never } = new AbortController();

describe.runIf(shared)('with a Redis', () => {
  feedContract({ name: 'Redis', open: async () => redisFeedPlace(shared!, takeOver) });

  describe('in Redis', () => {
    const keys = new Keys({ prefix: `feed-${randomUUID()}`, partitions: 1 });
    const address = `${shared}?prefix=${/\{(.*):/.exec(keys.tag(0))![1]}&partitions=1`;
    let redis: Redis;
    let feed: RedisFeed;
    let recorder: RedisRecorder;
    beforeEach(() => {
      redis = new Redis(shared!);
      feed = new RedisFeed(address, { takeOver });
      recorder = new RedisRecorder(address);
    });
    afterEach(async () => {
      await Promise.all([feed.close(), recorder.close()]);
      await redis.del(keys.feed(0), keys.stored(0), keys.dead(0));
      redis.disconnect();
    });

    async function readRecorded(count: number) {
      for (let seq = 1; seq <= count; seq++) recorder.record(recordAt('/a', seq));
      await recorder.flushed();
      return readFrom(feed, count);
    }

    it('is trimmed behind what was acknowledged, and not a step further', async () => {
      const entries = await readRecorded(10);
      await feed.acknowledge(entries.slice(0, 3));
      expect(await redis.xlen(keys.feed(0))).toBe(7);
      await feed.acknowledge(entries.slice(5));
      expect(await redis.xlen(keys.feed(0))).toBe(7);
      recorder.record(recordAt('/a', 11));
      await recorder.flushed();
      await feed.acknowledge(entries.slice(3, 5));
      expect(await redis.xlen(keys.feed(0))).toBe(1);
    });

    it('gives who reads no more what it was given meanwhile, so that nothing is left with who is gone', async () => {
      let left = 0;
      for (let round = 0; round < 12; round++) {
        const one = new RedisFeed(address, { takeOver });
        recorder.record(recordAt('/a', 2 * round + 1));
        await recorder.flushed();
        await one.acknowledge(await readFrom(one, left + 1));
        recorder.record(recordAt('/a', 2 * round + 2));
        await recorder.flushed();
        const over = new AbortController();
        const reading = one.read(10, over.signal);
        for (let turn = 0; turn < round / 2; turn++) await new Promise(setImmediate);
        over.abort();
        const given = [...(await reading), ...(await one.rest())];
        await one.acknowledge(given);
        const [pending] = (await redis.xpending(keys.feed(0), 'history')) as [number];
        expect(pending).toBe(0);
        left = 1 - given.length;
        await one.close();
      }
    });

    it('has the marks of what is stored, told as they advance and never going back', async () => {
      const listener = new Redis(shared!);
      const told: string[] = [];
      listener.on('message', (_channel, text: string) => told.push(text));
      await listener.subscribe(keys.stored(0));
      const entries = await readRecorded(4);
      await feed.acknowledge(entries.slice(2));
      await feed.acknowledge(entries.slice(0, 2));
      expect(await redis.hgetall(keys.stored(0))).toEqual({ '/a': '1-4' });
      await expect.poll(() => told).toEqual(['1-4 /a']);
      listener.disconnect();
    });

    it('gives bytes that are no record as trouble, with the place where there is one', async () => {
      await redis.xadd(keys.feed(0), '*', 'e', 1, 's', 1, 'd', '/a', 'm', 'noise');
      await redis.xadd(keys.feed(0), '*', 'anything', 'else');
      const entries = await readFrom(feed, 2);
      expect(entries[0]!.trouble).toEqual({
        reason: expect.stringMatching(/begins with 110/),
        bytes: Buffer.from('noise'),
        place: { destination: '/a', epoch: 1, seq: 1 },
      });
      expect(entries[1]!.trouble).toEqual({ reason: expect.stringMatching(/where/), bytes: Buffer.alloc(0) });
      for (const entry of entries) await feed.deadLetters.add(entry, entry.trouble!.reason);
      const letters = await feed.deadLetters.list(9);
      expect(letters.map(({ entry }) => entry)).toEqual(entries);
      await feed.acknowledge(entries);
      expect(await feed.lag()).toEqual({ entries: 0, age: 0 });
    });

    it('keeps the newest dead letters of a partition, within its number and its bytes', async () => {
      const bounds = [
        { letters: 8, bytes: 1 << 30 },
        { letters: 1000, bytes: 40_000 },
      ];
      for (const deadLetters of bounds) {
        await redis.del(keys.dead(0));
        const bounded = new RedisFeed(address, { takeOver, deadLetters });
        let lost = 0;
        for (let seq = 1; seq <= 60; seq++) {
          const record = recordAt('/a', seq, { body: Buffer.alloc(2000, seq) });
          lost += await bounded.deadLetters.add({ id: `0:${seq}-0`, record }, `${seq}`);
        }
        const left = (await bounded.deadLetters.list(100)).map(({ reason }) => Number(reason));
        expect(left.length).toBeLessThanOrEqual(deadLetters.letters === 8 ? 8 : 20);
        expect(left.length).toBeGreaterThan(3);
        expect(left).toEqual(Array.from(left, (_, at) => 61 - left.length + at));
        expect(lost).toBe(60 - left.length);
        await bounded.close();
      }
    });

    it('gives nothing twice to a reader that lost its partition for a while and still has what it read', async () => {
      const entries = await readRecorded(3);
      await redis.del(keys.lease(0));
      await expect.poll(() => redis.exists(keys.lease(0))).toBe(1);
      recorder.record(recordAt('/a', 4));
      await recorder.flushed();
      const more = await feed.read(9, never);
      expect(
        seqsOf(
          more.map(({ record }) => record),
          '/a',
        ),
      ).toEqual([4]);
      await feed.acknowledge([...entries, ...more]);
      expect(await redis.xlen(keys.feed(0))).toBe(0);
    });

    it('reads again what Redis had given when the connection broke before it came', async () => {
      const { hostname, port } = new URL(shared!);
      let deaf = false;
      const proxy = createServer((near) => {
        const far = connect({ host: hostname, port: Number(port) });
        near.pipe(far).on('error', () => near.destroy());
        near.on('error', () => {}).on('close', () => far.destroy());
        far.on('data', (answer) => (deaf ? near.destroy() : near.write(answer)));
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const through = new URL(address);
      through.port = String((proxy.address() as AddressInfo).port);
      const cut = new RedisFeed(through.href, { takeOver: 60_000, reconnect: { base: 5, max: 20 } });
      recorder.record(recordAt('/a', 1));
      await recorder.flushed();
      await cut.acknowledge(await cut.read(1, never));
      for (const seq of [2, 3]) recorder.record(recordAt('/a', seq));
      await recorder.flushed();
      deaf = true;
      await expect(cut.read(9, never)).rejects.toMatchObject({ code: 'relay-unavailable' });
      deaf = false;
      expect((await redis.xpending(keys.feed(0), historyGroup))[0]).toBe(2);
      const got = await readFrom(cut, 2);
      expect(
        seqsOf(
          got.map(({ record }) => record),
          '/a',
        ),
      ).toEqual([2, 3]);
      await cut.close();
      proxy.close();
    });

    it('lets a reader that was overtaken neither read nor acknowledge', async () => {
      const entries = await readRecorded(2);
      await redis.set(keys.lease(0), 'another');
      recorder.record(recordAt('/a', 3));
      await recorder.flushed();
      await feed.acknowledge(entries);
      expect(await redis.hget(keys.stored(0), '/a')).toBe(null);
      expect(await redis.xlen(keys.feed(0))).toBe(3);
      await redis.del(keys.lease(0));
      const again = await readFrom(feed, 3);
      expect(
        seqsOf(
          again.map(({ record }) => record),
          '/a',
        ),
      ).toEqual([1, 2, 3]);
    });
  });
});

describe.runIf(shared)('with a Redis that somebody else uses too', () => {
  const prefix = `feed-${randomUUID()}`;
  const keys = new Keys({ prefix, partitions: 2 });
  const [one, other] = ['/a', '/b', '/c', '/d'].reduce<string[]>((names, name) => {
    names[keys.partitionOf(name)] ??= name;
    return names;
  }, []) as [string, string];
  let redis: Redis;
  let feed: RedisFeed;
  let recorder: RedisRecorder;
  beforeEach(() => {
    redis = new Redis(shared!);
    const address = `${shared}?prefix=${prefix}&partitions=2`;
    feed = new RedisFeed(address, { takeOver });
    recorder = new RedisRecorder(address);
  });
  afterEach(async () => {
    await Promise.all([feed.close(), recorder.close()]);
    await redis.del(...(await redis.keys(`{${prefix}:*`)));
    redis.disconnect();
  });
  const put = async (destination: string, seq: number): Promise<void> => {
    recorder.record(recordAt(destination, seq));
    await recorder.flushed();
  };
  const reads = async (destination: string, seq: number): Promise<void> => {
    const entries = await readFrom(feed, 1);
    const records = entries.map(({ record }) => record);
    expect(seqsOf(records, destination)).toEqual([seq]);
    await feed.acknowledge(entries);
  };

  it('reads the other partitions while a feed is a key of another kind, says which, and reads it when it is gone', async () => {
    await redis.set(keys.feed(0), 'a text');
    await put(other, 1);
    await reads(other, 1);
    expect(feed.away).toMatch(`${keys.feed(0)}: WRONGTYPE`);
    expect(await feed.lag()).toEqual({ entries: 0, age: 0 });
    await redis.del(keys.feed(0));
    await put(one, 1);
    await reads(one, 1);
    await put(other, 2);
    await reads(other, 2);
    expect(feed.away).toBeUndefined();
  });

  it.each(['lease', 'readers'])('makes %s anew where it is a key of another kind', async (what) => {
    const name = what === 'lease' ? keys.lease(0) : `${keys.tag(0)}:readers`;
    await redis.lpush(name, 'a list');
    await put(one, 1);
    await reads(one, 1);
    expect(await redis.type(name)).toBe(what === 'lease' ? 'string' : 'zset');
  });

  it('makes its group anew where it was taken away, while it reads and while it acknowledges', async () => {
    await put(one, 1);
    await reads(one, 1);
    await redis.xgroup('DESTROY', keys.feed(0), historyGroup);
    await put(one, 2);
    const entries = await readFrom(feed, 1);
    await redis.xgroup('DESTROY', keys.feed(0), historyGroup);
    await feed.acknowledge(entries);
    expect(await redis.hget(keys.stored(0), one)).toBe('1-2');
    await put(one, 3);
    expect((await readFrom(feed, 2)).map(({ record }) => record?.seq)).toEqual([2, 3]);
  });

  it('loses nothing while its scripts are flushed away again and again', async () => {
    const seen: number[] = [];
    for (let seq = 1; seq <= 200; seq++) recorder.record(recordAt(one, seq));
    while (seen.length < 200) {
      await redis.script('FLUSH');
      const entries = await feed.read(7, never);
      await redis.script('FLUSH');
      await feed.acknowledge(entries);
      for (const { record } of entries) seen.push(record!.seq);
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(await redis.hget(keys.stored(0), one)).toBe('1-200');
  });
});

describe.runIf(path)('with a Redis that fails', () => {
  let own: OwnRedis;
  let place: FeedPlace;
  beforeAll(async () => {
    own = await startRedis(path!, { args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  });
  afterAll(() => own.stop());
  beforeEach(() => {
    // longer than Redis is away: what is nobody's in between is read again
    place = redisFeedPlace(own.url, 60_000);
  });
  afterEach(() => place.close());

  it('goes on where it was when Redis is killed and comes back: in order, nothing left out', async () => {
    const recorder = place.recorder();
    const feed = place.reader();
    for (let seq = 1; seq <= 50; seq++) recorder.record(recordAt('/a', seq));
    await recorder.flushed();
    const first = await feed.read(20, never);
    await own.kill();
    const reading = feed.read(100, never).catch(() => []);
    const acknowledging = feed.acknowledge(first).catch(() => 'failed');
    await expect.poll(() => (feed as RedisFeed).away).toBeTypeOf('string');
    await own.restart();
    const entries = [...(await reading)];
    if ((await acknowledging) === 'failed') await feed.acknowledge(first);
    while (entries.length < 30) entries.push(...(await readFrom(feed, 1).catch(() => pause(5, []))));
    expect(
      seqsOf(
        entries.map(({ record }) => record),
        '/a',
      ),
    ).toEqual(Array.from({ length: 30 }, (_, at) => at + 21));
    await feed.acknowledge(entries);
    await expect.poll(async () => (await feed.lag()).entries).toBe(0);
    expect((feed as RedisFeed).away).toBe(undefined);
  });
});
