// What is redacted over a Redis: nobody reads it any more, and the writer never stores what was redacted before it came.
import { Buffer } from 'node:buffer';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { Message } from '../../src/message/message.ts';
import { usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import { requires } from '../servers/requires.ts';
import { redactionContract } from './log-redaction.ts';
import { RedisNodes } from './redis-nodes.ts';

const url = requires('redis');
const policy = { ...usualPolicy, pattern: '/topic/a' };

describe.runIf(url)('redacted over a Redis', () => {
  let commands: Redis;
  beforeAll(() => {
    commands = new Redis(url!);
  });
  afterAll(() => commands.disconnect());

  redactionContract({
    name: 'redis',
    open: async (policies) => new RedisNodes({ address: url!, commands }, policies),
  });

  it('while it waits for the writer, comes to the store as a tombstone, and is told to all nodes', async () => {
    const nodes = new RedisNodes({ address: url!, commands }, [policy]);
    const [one, other] = [await nodes.node(), await nodes.node()];
    await Promise.all([one, other].map((relay) => relay.start(() => {})));
    const told = new Promise((resolve) => other.log.onRedacted(resolve));
    const places = [];
    for (const text of ['a', 'secret', 'c']) {
      const message = new Message({ destination: '/topic/a', body: Buffer.from(text), id: '' });
      places.push((await one.log.append(message, policy)).position);
    }
    const redacting = one.log.redact('/topic/a', places[1]!);
    await told;
    const feed = new RedisFeed(nodes.address, { reconnect: { base: 5, max: 50 } });
    const entries: Awaited<ReturnType<typeof feed.read>>[number][] = [];
    while (entries.length < 3) entries.push(...(await feed.read(10, new AbortController().signal)));
    expect(entries.map(({ record }) => [String(record?.body), record?.tombstone])).toEqual([
      ['a', undefined],
      ['', 'redacted'],
      ['c', undefined],
    ]);
    await feed.acknowledge(entries);
    expect(await redacting).toBe(true);
    // what waited for the writer waits no more, and nothing with the body is left
    const partition = nodes.keys.partitionOf('/topic/a');
    expect(await commands.exists(nodes.keys.redactions(partition))).toBe(0);
    expect(JSON.stringify(await commands.xrange(nodes.keys.log('/topic/a'), '-', '+'))).not.toContain(
      'secret',
    );
    await Promise.all([one.close(), other.close(), feed.close()]);
  });

  it('clearing up to a message of an epoch that has ended leaves what was said behind it there', async () => {
    const nodes = new RedisNodes({ address: url!, commands }, [policy], { history: false });
    const relay = await nodes.node();
    await relay.start(() => {});
    const say = async (text: string): Promise<Position> => {
      const message = new Message({ destination: '/topic/a', body: Buffer.from(text), id: '' });
      return (await relay.log.append(message, policy)).position;
    };
    const [first] = [await say('a'), await say('b'), await say('c')];
    await commands.hset(nodes.keys.top('/topic/a'), 'f', 'another-server');
    await say('d');
    await relay.log.clear('/topic/a', first);
    const left = await relay.log.read('/topic/a', first, 10);
    expect(left.map(({ body }) => String(body))).toEqual(['b', 'c']);
    await relay.log.clear('/topic/a', { ...first, seq: 3 });
    expect(await relay.log.read('/topic/a', first, 10)).toEqual([]);
    await relay.close();
  });

  it('in the history too, is told to the other nodes once more, and which it is', async () => {
    const nodes = new RedisNodes({ address: url!, commands }, [policy]);
    const [one, other] = [await nodes.node(), await nodes.node()];
    await Promise.all([one, other].map((relay) => relay.start(() => {})));
    const told: unknown[] = [];
    const all = new Promise<void>((resolve) =>
      other.log.onRedacted((redacted) => {
        if (told.push(redacted) === 2) resolve();
      }),
    );
    await one.log.tellRedacted('/topic/a');
    await one.log.tellRedacted('/topic/a', { epoch: 1_795_299_596_915, seq: 7 });
    await all;
    const position = { epoch: 1_795_299_596_915, seq: 7 };
    expect(told).toEqual([undefined, { destination: '/topic/a', position }]);
    await Promise.all([one.close(), other.close()]);
  });

  it('more tombstones than the log has messages are not kept', async () => {
    const nodes = new RedisNodes({ address: url!, commands }, [{ ...policy, count: 4 }]);
    const relay = await nodes.node();
    await relay.start(() => {});
    const small = { ...policy, count: 4 };
    for (let n = 0; n < 200; n++) {
      const message = new Message({ destination: '/topic/a', body: Buffer.from(`${n}`), id: '' });
      const { position } = await relay.log.append(message, small);
      await nodes.confirm('/topic/a', position);
      if (n % 2 === 0) await relay.log.redact('/topic/a', position);
    }
    expect(await commands.hlen(nodes.keys.redacted('/topic/a'))).toBeLessThan(70);
    await relay.close();
  });
});
