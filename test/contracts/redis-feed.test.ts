// The feed in Redis keeps the contract of a feed, and what is told of Redis alone: trimming, marks, faults.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/history/feed.ts';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../src/history/feeds/redis-recorder.ts';
import { Keys } from '../../src/relay/redis/keys.ts';
import { recordAt, seqsOf } from '../history/records.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { type FeedPlace, feedContract } from './feed.ts';

const shared = requires('redis');
const path = requires('redis-server');
const partitions = 4;
const takeOver = 400;
const { signal: never } = new AbortController();

function placeAt(url: string): FeedPlace {
  const address = `${url}?prefix=feed-${randomUUID()}&partitions=${partitions}`;
  const feeds: Feed[] = [];
  const recorders: RedisRecorder[] = [];
  return {
    reader: () => {
      const feed = new RedisFeed(address, { takeOver, reconnect: { base: 5, max: 50 } });
      feeds.push(feed);
      return feed;
    },
    recorder: (maxEntries) => {
      const recorder = new RedisRecorder(address, maxEntries === undefined ? {} : { maxEntries });
      recorders.push(recorder);
      return recorder;
    },
    crash: (reader) => (reader as RedisFeed).drop(),
    close: async () => {
      await Promise.all([...feeds, ...recorders].map((one) => one.close()));
    },
  };
}

describe.runIf(shared)('with a Redis', () => {
  feedContract({ name: 'Redis', open: async () => placeAt(shared!) });

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
      const entries = [];
      while (entries.length < count) entries.push(...(await feed.read(count, never)));
      return entries;
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
      const entries = [];
      while (entries.length < 2) entries.push(...(await feed.read(9, never)));
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

    it('lets a reader that was overtaken neither read nor acknowledge', async () => {
      const entries = await readRecorded(2);
      await redis.set(keys.lease(0), 'another');
      recorder.record(recordAt('/a', 3));
      await recorder.flushed();
      await feed.acknowledge(entries);
      expect(await redis.hget(keys.stored(0), '/a')).toBe(null);
      expect(await redis.xlen(keys.feed(0))).toBe(3);
      await redis.del(keys.lease(0));
      const again = [];
      while (again.length < 3) again.push(...(await feed.read(9, never)));
      expect(
        seqsOf(
          again.map(({ record }) => record),
          '/a',
        ),
      ).toEqual([1, 2, 3]);
    });
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
    place = placeAt(own.url);
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
    while (entries.length < 30) entries.push(...(await feed.read(100, never).catch(() => [])));
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
