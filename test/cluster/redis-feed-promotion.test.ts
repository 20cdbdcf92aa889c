// What becomes of the feed of the history when a primary under Sentinel dies, and when a server is paused.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { FeedEntry } from '../../src/history/feed.ts';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../src/history/feeds/redis-recorder.ts';
import { recordAt } from '../history/records.ts';
import { startCluster, startGroup, until } from '../servers/redis-groups.ts';
import { startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';

const program = requires('redis-server');
const { signal: never } = new AbortController();
const reconnect = { base: 5, max: 50 };

/** Reads until so many came; a Redis that is away is asked again. */
async function reads(feed: RedisFeed, count: number): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = [];
  while (entries.length < count)
    entries.push(...(await feed.read(1000, never).catch(() => pause(5, [] as FeedEntry[]))));
  return entries;
}

const seqs = (entries: readonly FeedEntry[]): (number | undefined)[] =>
  entries.map(({ record }) => record?.seq);

async function persists(work: () => Promise<void>): Promise<void> {
  await until(() =>
    work().then(
      () => true,
      () => false,
    ),
  );
}

describe.runIf(program)('the feed of the history', () => {
  it('is read on behind a promotion: what was acknowledged is not, what was not comes again', async () => {
    const group = await startGroup(program!);
    const lost: unknown[] = [];
    const recorder = new RedisRecorder(group.url, { reconnect, lost: (_record, error) => lost.push(error) });
    const feed = new RedisFeed(group.url, { takeOver: 60_000, reconnect });
    for (let seq = 1; seq <= 30; seq++) recorder.record(recordAt('/a', seq));
    await recorder.flushed();
    const entries = await reads(feed, 30);
    await feed.acknowledge(entries.slice(0, 10));
    const primary = new Redis(group.servers[0]!.url);
    await primary.set('mark', '1');
    await until(async () => (await primary.wait(1, 100)) === 1);
    primary.disconnect();
    await group.servers[0]!.kill();
    await until(async () => (await group.primaryPort()) === group.servers[1]!.port);
    await persists(async () => {
      const before = lost.length;
      recorder.record(recordAt('/a', 31));
      await recorder.flushed();
      if (lost.length > before) throw lost.at(-1);
    });
    await persists(() => feed.acknowledge(entries.slice(10, 20)));
    expect(seqs(await reads(feed, 1))).toEqual([31]);
    const other = new RedisFeed(group.url, { takeOver: 60_000, reconnect });
    await feed.close();
    expect(seqs(await reads(other, 11))).toEqual(Array.from({ length: 11 }, (_, at) => at + 21));
    for (const one of [other, recorder]) await one.close();
    await group.stop();
  });

  it.each(['redis', 'redis+cluster'])(
    'over %s tells that a paused server is away, and is read on when it goes on',
    async (kind) => {
      const cluster = kind === 'redis' ? undefined : await startCluster(program!);
      const single = kind === 'redis' ? await startRedis(program!) : undefined;
      const paused = single ?? cluster!.servers[2]!;
      const url = (single ?? cluster!).url;
      const recorder = new RedisRecorder(url, { reconnect });
      const feed = new RedisFeed(url, { takeOver: 60_000, reconnect: { ...reconnect, silence: 1500 } });
      const names = Array.from({ length: 40 }, (_, at) => `/room/${at}`);
      const put = async (seq: number): Promise<void> => {
        for (const name of names) recorder.record(recordAt(name, seq));
        await recorder.flushed();
      };
      await put(1);
      await feed.acknowledge(await reads(feed, 40));
      paused.pause();
      await expect(feed.lag()).rejects.toMatchObject({ code: 'relay-unavailable' });
      paused.resume();
      await persists(async () => void (await feed.lag()));
      await put(2);
      const again = await reads(feed, 40);
      expect(again.map(({ record }) => record?.destination).toSorted()).toEqual(names.toSorted());
      for (const one of [feed, recorder]) await one.close();
      await (single ?? cluster!).stop();
    },
    40_000,
  );
});
