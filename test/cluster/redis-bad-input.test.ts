// Whatever stands in a Redis or is published on it by somebody else: a clear error or a repair, and never a crash.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Keys } from '../../src/relay/redis/keys.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode } from './nodes.ts';

const program = requires('redis-server');
const keys = new Keys();

describe.runIf(program)('a Redis that somebody else uses too', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let one: FollowingNode;
  let rooms = 0;
  let room: string;

  beforeAll(async () => {
    redis = await startRedis(program!);
    commands = new Redis(redis.url);
    one = await new FollowingNode(redis.url).start();
  });
  afterAll(async () => {
    await one.relay.close();
    commands.disconnect();
    await redis.stop();
  });
  const begin = async (): Promise<void> => {
    room = `/topic/room/${rooms++}`;
    await one.relay.interest(room);
  };

  it.each(['log', 'top'] as const)(
    'refuses a message whose %s is a key of another kind, and takes others',
    async (what) => {
      await begin();
      await commands.set(keys[what](room), 'a text');
      await expect(one.append(room, '1')).rejects.toMatchObject({ code: 'relay-unavailable' });
      await expect(one.append(room, '1')).rejects.toThrow(keys[what](room));
      await commands.del(keys[what](room));
      expect(await one.append(room, '2')).toMatchObject({ seq: 1 });
      await one.hears(room, '2');
    },
  );

  it('refuses a message whose idempotency key is a key of another kind, and takes it without one', async () => {
    await begin();
    await commands.lpush(keys.key(room, 'k'), 'a list');
    await expect(one.append(room, '1', 'k')).rejects.toMatchObject({ code: 'relay-unavailable' });
    expect(await one.append(room, '2')).toMatchObject({ seq: 1 });
    await one.hears(room, '2');
  });

  it('refuses the messages of a partition whose feed is a key of another kind, and brings those of others', async () => {
    const recorded = await new FollowingNode(redis.url, { history: true }).start();
    const other = Array.from({ length: 50 }, (_, at) => `/topic/room/fed-${at}`);
    const wrong = keys.partitionOf(other[0]!);
    await commands.set(keys.feed(wrong), 'a text');
    await expect(recorded.append(other[0]!, '1')).rejects.toThrow(keys.feed(wrong));
    const elsewhere = other.find((name) => keys.partitionOf(name) !== wrong)!;
    expect(await recorded.append(elsewhere, '1')).toMatchObject({ seq: 1 });
    await recorded.relay.close();
  });

  it('refuses a key of another kind in the middle of a batch, and only that message', async () => {
    const all = [0, 1, 2].map((at) => `/topic/room/batch-${at}`);
    await commands.lpush(keys.log(all[1]!), 'a list');
    const outcomes = await Promise.allSettled(all.map((name) => one.append(name, 'x')));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('hears nothing of what is no message of ours, and says so once', async () => {
    await begin();
    const channel = keys.live(room);
    for (const text of ['', 'hello', 'P', 'L1 2', 'L1 2 ff\n/topic/other\n\nx', '{"a":1}'])
      await commands.spublish(channel, text);
    await one.append(room, 'ours');
    await one.hears(room, 'ours');
    expect(one.texts(room)).toEqual(['ours']);
    expect(one.troubles.filter((what) => what.includes('somebody else publishes'))).toHaveLength(1);
  });

  it('passes over an entry that nobody can read, and says that something is missing', async () => {
    await begin();
    await one.append(room, '1');
    await one.hears(room, '1');
    await commands.xadd(keys.log(room), '2-0', 'no', 'message');
    await commands.hset(keys.top(room), 's', '2');
    await one.append(room, '3');
    await one.hears(room, '3');
    expect(one.heard(room)).toMatchObject([{ seq: 1 }, { seq: 3, text: '3', told: true }]);
    const { epoch } = one.heard(room)[0]!;
    expect(await one.relay.log.read(room, { epoch, seq: 1 }, 10)).toEqual([]);
    expect(await one.relay.log.read(room, { epoch, seq: 2 }, 10)).toMatchObject([{ position: { seq: 3 } }]);
  });

  it('begins another epoch when somebody wrote into a log, and says so', async () => {
    await begin();
    const first = await one.append(room, '1');
    await one.hears(room, '1');
    await commands.xadd(keys.log(room), '9-0', 'm', 'far ahead');
    const second = await one.append(room, '2');
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await one.hears(room, '2');
    expect(one.told(room)).toEqual(['2']);
  });

  it('loads its scripts again when they are flushed away, in the order of what was sent', async () => {
    await begin();
    const texts = Array.from({ length: 300 }, (_, at) => String(at));
    const sent: Promise<unknown>[] = [];
    for (const text of texts) {
      sent.push(one.append(room, text));
      if (Number(text) % 50 === 0) await commands.script('FLUSH');
    }
    await Promise.all(sent);
    await one.hears(room, '299');
    expect(one.texts(room)).toEqual(texts);
  });

  it('goes on in another epoch when all keys are deleted', async () => {
    await begin();
    const first = await one.append(room, '1');
    await one.hears(room, '1');
    await commands.flushall();
    const second = await one.append(room, '2');
    expect(second).toMatchObject({ seq: 1 });
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await one.hears(room, '2');
  });

  it('refuses logged messages while Redis has no memory left, brings plain ones, and goes on when it has', async () => {
    await begin();
    await commands.config('SET', 'maxmemory', '1');
    await expect(one.append(room, '1')).rejects.toThrow(/memory of Redis is full/);
    await commands.config('SET', 'maxmemory', '0');
    expect(await one.append(room, '2')).toMatchObject({ seq: 1 });
  });
});
