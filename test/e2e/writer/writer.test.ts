// The separate writer as it was built, over a real Redis and a real database, through every fault they can have.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keys } from '../../../src/relay/redis/keys.ts';
import { Gate } from '../../chaos/gate.ts';
import { requires } from '../../servers/requires.ts';
import type { Executable } from '../executable.ts';
import { readiness, Writing } from './writing.ts';

const redisServer = requires('redis-server');
const mongodb = requires('mongodb');
const rooms = Array.from({ length: 20 }, (_, number) => `/topic/chat-room/${number}`);
const slowly = { timeout: 40_000, interval: 50 };

describe.runIf(redisServer && mongodb)('the separate writer', () => {
  let writing: Writing;
  beforeEach(async () => {
    writing = await Writing.begin(redisServer!, mongodb!);
  });
  afterEach(() => writing.end());

  async function allWritten(): Promise<void> {
    await writing.recorder.flushed();
    await expect.poll(() => writing.lag(), slowly).toEqual({ entries: 0, age: 0 });
  }

  /** Records in all rooms until it is told to stop. */
  async function load(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      for (const room of rooms) writing.record(room);
      await pause(10);
    }
    await writing.recorder.flushed();
  }

  it.each([1, 2])(
    'loses nothing and stores nothing twice, killed and paused at any instant (seed %i)',
    async (seed) => {
      const next = randomOf(seed);
      const over = new AbortController();
      const loading = load(over.signal);
      const writers: Executable[] = [(await writing.writer()).process, (await writing.writer()).process];
      for (let kill = 0; kill < 8; kill++) {
        await pause(100 + 700 * next());
        const which = next() < 0.5 ? 0 : 1;
        writers[which]!.signal(kill === 3 ? 'SIGSTOP' : 'SIGKILL');
        if (kill === 3) pause(7000).then(() => writers[which]!.signal('SIGCONT'));
        else writers[which] = (await writing.writer()).process;
      }
      over.abort();
      await loading;
      await allWritten();
      expect(await writing.stored()).toEqual(writing.recorded);
      expect([...writing.recorded.values()].flat().length).toBeGreaterThan(1000);
    },
    120_000,
  );

  it.each([2, 30])(
    'waits for a database that is away for %i s, says so, and catches up',
    async (seconds) => {
      const { hostname, port } = new URL(writing.history);
      const gate = await Gate.open({ host: hostname, port: Number(port || 27017) });
      const { ops } = await writing.writer(writing.through(gate.port));
      await expect.poll(() => readiness(ops), slowly).toBe('200 ready');
      for (const room of rooms) writing.record(room);
      await allWritten();
      await gate.shut();
      for (const room of rooms) writing.record(room);
      await expect.poll(() => readiness(ops), slowly).toMatch(/^503 the history cannot be written: /);
      await pause(seconds * 1000);
      expect((await writing.lag()).entries).toBe(rooms.length);
      await gate.reopen();
      await allWritten();
      expect(await writing.stored()).toEqual(writing.recorded);
      expect(await readiness(ops)).toBe('200 ready');
      expect(await (await fetch(`${ops}/metrics`)).text()).toMatch(/^stompwire_history_retries_total [1-9]/m);
      await gate.close();
    },
    120_000,
  );

  it('sets poison aside: a body too large for the store, and bytes that are no record', async () => {
    const redis = new Redis(writing.redis.url);
    const keys = new Keys({ prefix: 'stompwire', partitions: 8 });
    writing.record('/a');
    writing.record('/a', { body: Buffer.alloc(17 * 1024 * 1024, 1) });
    writing.record('/a');
    await writing.recorder.flushed();
    await redis.xadd(keys.feed(keys.partitionOf('/b')), '*', 'e', 1, 's', 1, 'd', '/b', 'm', 'noise');
    redis.disconnect();
    const { ops } = await writing.writer();
    await allWritten();
    expect(await writing.stored()).toEqual(new Map([...writing.recorded, ['/b', ['']]]));
    const { stdout, code } = await writing.command('history', 'dead-letters', 'list');
    const letters = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Letter);
    expect(code).toBe(0);
    expect(letters.map(({ destination, seq }) => `${destination} ${seq}`).sort()).toEqual(['/a 2', '/b 1']);
    expect(letters.find(({ seq }) => seq === 2)!.reason).toMatch(/16 MiB/);
    await expect
      .poll(async () => (await fetch(`${ops}/metrics`)).text(), slowly)
      .toMatch(/^stompwire_history_dead_letters 2$/m);
    const retried = await writing.command('history', 'dead-letters', 'retry', '--all');
    expect(retried.code).toBe(1);
    expect(retried.stdout).toMatch(/16 MiB/);
  });

  it('puts what is tried again in the place that its tombstone kept', async () => {
    const redis = new Redis(writing.redis.url);
    const keys = new Keys({ prefix: 'stompwire', partitions: 8 });
    const feed = keys.feed(keys.partitionOf('/a'));
    writing.record('/a');
    await writing.recorder.flushed();
    const [[, fields] = []] = await redis.xrangeBuffer(feed, '-', '+');
    await redis.del(feed);
    await redis.xadd(feed, '*', 'e', 1, 's', 1, 'd', '/a', 'm', 'noise');
    await writing.writer();
    await allWritten();
    expect(await writing.stored()).toEqual(new Map([['/a', ['']]]));
    await redis.del(keys.dead(keys.partitionOf('/a')));
    await redis.xadd(
      keys.dead(keys.partitionOf('/a')),
      '*',
      'entry',
      '0:1-1',
      'reason',
      'mended',
      ...(fields as Buffer[]),
    );
    redis.disconnect();
    const retried = await writing.command('history', 'dead-letters', 'retry', '--all');
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringMatching(/ stored\n$/) });
    expect(await writing.stored()).toEqual(writing.recorded);
    expect((await writing.command('history', 'dead-letters', 'list')).stdout).toBe('');
  });

  it('drains at SIGTERM: what it read is written and acknowledged, and it ends with 0', async () => {
    const over = new AbortController();
    const loading = load(over.signal);
    const { process } = await writing.writer();
    await pause(500);
    process.signal('SIGTERM');
    expect(await process.ended).toMatchObject({ code: 0, stderr: '' });
    over.abort();
    await loading;
    const redis = new Redis(writing.redis.url);
    const keys = new Keys({ prefix: 'stompwire', partitions: 8 });
    for (let partition = 0; partition < 8; partition++) {
      const [pending] = (await redis.xpending(keys.feed(partition), 'history')) as [number];
      expect(pending).toBe(0);
      expect(await redis.exists(keys.lease(partition))).toBe(0);
    }
    redis.disconnect();
  });

  it('goes on when Redis was killed and is back', async () => {
    const { ops } = await writing.writer();
    for (let round = 0; round < 50; round++) for (const room of rooms) writing.record(room);
    await writing.recorder.flushed();
    await writing.redis.kill();
    await expect.poll(() => readiness(ops), slowly).toMatch(/^503 the feed cannot be reached: /);
    await writing.redis.restart();
    for (const room of rooms) writing.record(room);
    await writing.recorder.flushed();
    await allWritten();
    expect(await writing.stored()).toEqual(writing.recorded);
    await expect.poll(() => readiness(ops), slowly).toBe('200 ready');
  });
});

interface Letter {
  readonly destination: string;
  readonly seq: number;
  readonly reason: string;
}

/** Numbers from 0 to 1, the same for the same seed [mulberry32]. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
