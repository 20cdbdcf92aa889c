// What is said of queues over Redis, where nodes go, transactions come, and topics fill queues beside them.
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisRelay } from '../../src/relay/redis.ts';
import { requires } from '../servers/requires.ts';
import { messageOf, Taker, usual } from './queues.ts';
import { RedisNodes } from './redis-nodes.ts';

const url = requires('redis');
const at = '/queue/a';

describe.runIf(url)('queues over Redis that something was said of', () => {
  let commands: Redis;
  let nodes: RedisNodes;
  let one: RedisRelay;
  let other: RedisRelay;
  let dropped: string[];
  beforeAll(() => {
    commands = new Redis(url!);
  });
  afterAll(() => commands.disconnect());
  const node = async (): Promise<RedisRelay> => {
    const relay = await nodes.node();
    await relay.start(() => {});
    return relay;
  };
  beforeEach(async () => {
    dropped = [];
    const queues = { limits: usual, deadLetters: '/queue/dead-letter', queues: 8, bindings: 12 };
    nodes = new RedisNodes({ address: url!, commands }, [], {
      queues: { ...queues, dropped: ({ id }, why) => dropped.push(`${id} ${why}`) },
    });
    [one, other] = [await node(), await node()];
  });
  afterEach(() => Promise.all([one.close(), other.close()]));

  const keysOf = (queue: string): Promise<string[]> => commands.keys(`${nodes.keys.queue(queue)}*`);

  it('auto-delete: gone with the node of the last consumer', async () => {
    const taker = await new Taker(1).from(one.queues!, at, { autoDelete: true });
    await other.queues!.enqueue(messageOf('1'));
    await other.queues!.enqueue(messageOf('2'));
    await taker.has(1);
    await one.close();
    expect(await keysOf(at)).toEqual([]);
  });

  it('auto-delete: gone with that node also when nothing is in it', async () => {
    await new Taker(1).from(one.queues!, at, { autoDelete: true });
    expect(await keysOf(at)).not.toEqual([]);
    await one.close();
    expect(await keysOf(at)).toEqual([]);
  });

  it('x-expires: gone without anybody who asks for it', async () => {
    const taker = await new Taker().from(one.queues!, at, { unused: 1_000_000 });
    await taker.consumption!.cancel();
    await one.queues!.enqueue(messageOf('1'));
    expect(await keysOf(at)).not.toEqual([]);
    await nodes.pass(1_000_000);
    await vi.waitFor(async () => expect(await keysOf(at)).toEqual([]), 10_000);
  });

  it('x-max-length: a transaction makes room for its own', async () => {
    const taker = await new Taker().from(one.queues!, at, { count: 1 });
    await taker.consumption!.cancel();
    await one.queues!.enqueue(messageOf('old'));
    const ids = Array.from({ length: usual.count + 1 }, (_, n) => String(n));
    await one.together(
      () => Promise.all(ids.map((id) => one.queues!.enqueue(messageOf(id)))).then(() => {}),
      () => {},
    );
    expect(dropped).toEqual(['old', ...ids.slice(0, -1)].map((id) => `${id} overflow`));
  });

  it('are as many as there may be queues', async () => {
    const places = Array.from({ length: 50 }, (_, n) => `/queue/${n}`);
    const near = places.filter((place) => nodes.keys.partitionOf(place) === nodes.keys.partitionOf(at));
    await new Taker().from(one.queues!, near[0]!, { count: 1 });
    await new Taker().from(one.queues!, near[1]!, { count: 1 });
    await expect(new Taker().from(one.queues!, near[2]!, { count: 1 })).rejects.toMatchObject({
      code: 'queue-full',
      message: expect.stringContaining('maxQueues=8'),
    });
    await new Taker().from(one.queues!, near[2]!);
  });

  it('leave nothing behind when they are removed while somebody takes', async () => {
    const taker = await new Taker().from(one.queues!, at, { autoDelete: true, count: 1 });
    await one.queues!.enqueue(messageOf('1'));
    await taker.has(1);
    await one.queues!.remove(at);
    const { all } = nodes.keys.queues(nodes.keys.partitionOf(at));
    expect(await commands.exists(`${all}\0declared`)).toBe(0);
  });

  it('leave nothing behind when they are gone', async () => {
    const taker = await new Taker().from(one.queues!, at, { autoDelete: true, owner: 'somebody', ttl: 5 });
    await expect(new Taker(0, false, 'bob').from(other.queues!, at)).rejects.toMatchObject({
      code: 'denied',
    });
    await taker.consumption!.cancel();
    await vi.waitFor(async () => expect(await keysOf(at)).toEqual([]));
    const { all } = nodes.keys.queues(nodes.keys.partitionOf(at));
    expect(await commands.exists(`${all}\0declared`)).toBe(0);
  });
});
