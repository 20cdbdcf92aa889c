// What becomes of consumers of a pattern when a node is killed, when their Redis is, and when nobody told them of a queue.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FarQueueNode, messageOf, QueueNode, type QueueTaker } from './queue-nodes.ts';

const program = requires('redis-server');
const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
const pattern = '/queue/a/*';

describe.runIf(program)('a pattern over the queues of a Redis', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let nodes: QueueNode[];
  let far: FarQueueNode[];

  const open = async (args: readonly string[]): Promise<void> => {
    redis = await startRedis(program!, { args });
    commands = new Redis(redis.url, { retryStrategy: () => 50 });
    commands.on('error', () => {});
  };
  const addressOf = (): string => `${redis.url}?wait=500&partitions=4`;
  const node = async (): Promise<QueueNode> => {
    const made = await new QueueNode(addressOf()).start();
    nodes.push(made);
    return made;
  };
  const send = async ({ relay }: QueueNode, queue: string, ...ids: string[]): Promise<void> => {
    for (const id of ids) await relay.queues!.enqueue(messageOf(id, `/queue/a/${queue}`));
  };
  const of = (taker: QueueTaker, queue: string): string[] =>
    taker.given
      .filter(({ message }) => message.destination === `/queue/a/${queue}`)
      .map(({ message }) => message.id);
  const back = (one: QueueNode): Promise<void> => until(async () => one.relay.state === undefined);

  beforeEach(() => {
    nodes = [];
    far = [];
  });
  afterEach(async () => {
    for (const one of far) await one.kill();
    for (const { relay } of nodes) await relay.close();
    commands.disconnect();
    await redis.stop();
  });

  it('brings what a node had that was killed to the others, of each queue in its place', async () => {
    await open([]);
    const one = await node();
    const doomed = await new FarQueueNode(addressOf(), pattern, 4).start();
    far.push(doomed);
    for (const queue of ['x', 'y']) await send(one, queue, `${queue}1`, `${queue}2`);
    await doomed.until(() => doomed.given.length === 4);
    expect(await doomed.acknowledge('x1')).toBe(true);
    await send(one, 'x', 'x3', 'x4');
    await doomed.until(() => doomed.given.length === 5);
    const taker = await one.take(0, pattern);
    await taker.has(1);
    await doomed.kill();
    const past = String(Date.now() - 60_000);
    for (const key of await commands.keys('*:leases'))
      for (const holder of await commands.zrange(key, '0', '-1')) await commands.zadd(key, past, holder);
    await taker.has(5);
    expect([of(taker, 'x'), of(taker, 'y')]).toEqual([
      ['x4', 'x2', 'x3'],
      ['y1', 'y2'],
    ]);
    const deliveries = taker.given.map((given) => [given.message.id, given.deliveries]);
    expect(Object.fromEntries(deliveries)).toEqual({ x4: 1, x2: 2, x3: 2, y1: 2, y2: 2 });
  });

  it('leaves what was given while Redis is killed, and hears of new queues on its return', async () => {
    await open(kept);
    const [one, other] = [await node(), await node()];
    const taker = await one.take(2, pattern);
    await send(other, 'x', 'x1', 'x2', 'x3');
    await taker.has(2);
    await redis.kill();
    await until(async () => one.relay.state !== undefined);
    const acknowledged = taker.acknowledge(0);
    await redis.restart();
    expect(await acknowledged).toBe(true);
    await taker.has(3);
    await Promise.all([back(one), back(other)]);
    expect(await taker.acknowledge(1)).toBe(true);
    await send(other, 'y', 'y1');
    await taker.has(4);
    expect([of(taker, 'x'), of(taker, 'y')]).toEqual([['x1', 'x2', 'x3'], ['y1']]);
  });

  it('goes on when Redis was paused, and when it comes back empty', async () => {
    await open([]);
    const [one, other] = [await node(), await node()];
    const taker = await one.take(2, pattern);
    await send(other, 'x', 'x1');
    await taker.has(1);
    redis.pause();
    await until(async () => one.relay.state !== undefined && other.relay.state !== undefined);
    redis.resume();
    await Promise.all([back(one), back(other)]);
    expect(await taker.acknowledge(0)).toBe(true);
    await send(other, 'y', 'y1');
    await taker.has(2);
    await redis.kill();
    await until(async () => one.relay.state !== undefined && other.relay.state !== undefined);
    await redis.restart();
    await Promise.all([back(one), back(other)]);
    expect(await taker.acknowledge(1)).toBe(false);
    await send(other, 'z', 'z1');
    await taker.has(3);
    expect(await taker.acknowledge(2)).toBe(true);
  });

  it('finds a queue of which nobody told, and is told of the next', async () => {
    await open([]);
    const [one, other] = [await node(), await node()];
    const taker = await one.take(0, pattern);
    const watchers = (): Promise<string[]> => commands.keys('*\0watchers');
    await commands.del(...(await watchers()));
    await send(other, 'x', '1');
    await taker.has(1);
    await until(async () => (await watchers()).length === 4);
    await taker.consumption.cancel();
    await until(async () => (await watchers()).length === 0);
  });

  it('leaves nothing of queues that are empty, nor of a node that was killed', async () => {
    await open([]);
    const one = await node();
    const taker = await one.take(1, pattern);
    for (let n = 0; n < 150; n++) {
      await send(one, `${n}`, `${n}`);
      await taker.has(n + 1);
      expect(await taker.acknowledge(n)).toBe(true);
    }
    const doomed = await new FarQueueNode(addressOf(), pattern).start();
    far.push(doomed);
    await doomed.kill();
    await taker.consumption.cancel();
    await until(async () => {
      await send(one, 'x', 'told');
      const left = await commands.keys('*:queue:*');
      const watchers = await commands.keys('*\0watchers');
      await one.relay.queues!.remove('/queue/a/x');
      return watchers.length < 4 && left.every((key) => key.includes('/queue/a/x'));
    });
  });
});
