// Durable subscriptions and transactions over Redis when nodes are killed, and when their Redis is.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { messageOf, QueueNode, type QueueTaker } from './queue-nodes.ts';

const program = requires('redis-server');
const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
const publishing = fileURLToPath(new URL('./publishing-node.ts', import.meta.url));
const ann = 'durable:user:ann:/a';
const topic = '/topic/a';

describe.runIf(program)('over a Redis', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let nodes: QueueNode[];
  let children: ChildProcess[];

  // one partition: whatever is named lies together
  const node = async (url = redis.url): Promise<QueueNode> => {
    const made = await new QueueNode(`${url}?wait=2000&partitions=1`).start();
    nodes.push(made);
    return made;
  };
  /** Takes what was kept, on a node. */
  const back = async ({ relay }: QueueNode, source = topic): Promise<void> =>
    relay.queues!.bindings.bind(ann, source);
  /** What a far node was told to be done, and everything that it did, when it is killed in the middle. */
  const killedWhile = async (how: string): Promise<readonly number[]> => {
    const answered: number[] = [];
    const child = fork(publishing, [`${redis.url}?partitions=1`, how, topic, '/queue/a'], {
      stdio: 'inherit',
    });
    children.push(child);
    child.on('message', ({ answered: n }: { answered: number }) => answered.push(n));
    await until(async () => answered.length > 1000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    return answered;
  };
  const waiting = (queue: string): Promise<number> => commands.zcard(`{stompwire:0}:queue:${queue}\0line`);

  beforeEach(async () => {
    nodes = [];
    children = [];
    redis = await startRedis(program!, { args: kept });
    commands = new Redis(redis.url, { retryStrategy: () => 50 });
    commands.on('error', () => {});
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const { relay } of nodes) await relay.close();
    commands.disconnect();
    await redis.stop();
  });

  /** Everything that waits in a queue. */
  const all = async (one: QueueNode, queue: string): Promise<readonly string[]> => {
    const count = await waiting(queue);
    const taker = await one.take(0, queue);
    await taker.has(count);
    return taker.ids;
  };

  it('a durable subscription has once, and in order, what a node published that was killed', async () => {
    const one = await node();
    await back(one);
    const answered = await killedWhile('publish');
    const ids = (await all(one, ann)).map(Number);
    expect(ids.length).toBeGreaterThanOrEqual(answered.length);
    expect(ids).toEqual(ids.map((_, at) => at));
    for (const n of answered) expect(ids[n]).toBe(n);
  });

  it('a transaction of a node that was killed is done, or not', async () => {
    const one = await node();
    await back(one);
    const answered = await killedWhile('commit');
    const topics = (await all(one, ann)).map(Number);
    const queued = await all(one, '/queue/a');
    expect(topics.length).toBeGreaterThanOrEqual(answered.length);
    expect(queued).toEqual(topics.flatMap((n) => [0, 1, 2].map((at) => `${n} ${at}`)));
    expect(topics).toEqual(topics.map((_, at) => at));
  });

  it('what was kept is there when Redis was killed and has its file', async () => {
    const one = await node();
    await back(one);
    await one.relay.publish(messageOf('1', topic));
    await redis.kill();
    await redis.restart();
    const other = await node();
    await other.relay.publish(messageOf('2', topic));
    await back(other);
    const taker = await other.take(0, ann);
    await taker.has(2);
    expect(taker.ids).toEqual(['1', '2']);
    expect(await other.relay.queues!.bindings.unbind(ann)).toBe(true);
    expect(await commands.keys('*durable*')).toEqual(['{stompwire:0}:durable']);
  });

  it('who is there goes on hearing when Redis comes back empty, and who was away has ended', async () => {
    const bare = await startRedis(program!);
    const one = await node(bare.url);
    await back(one);
    await one.relay.queues!.bindings.bind('durable:away', topic);
    const taker: QueueTaker = await one.take(0, ann);
    await bare.restart();
    const direct = new Redis(bare.url);
    await until(async () => (await direct.hget('{stompwire:0}:durable', ann)) === topic);
    await one.relay.publish(messageOf('1', topic));
    await taker.has(1);
    expect(await one.relay.queues!.bindings.unbind('durable:away')).toBe(false);
    direct.disconnect();
    await one.relay.close();
    await bare.stop();
  });

  it('what was ended from another node stays ended when the connection is lost', async () => {
    const [one, other] = [await node(), await node()];
    await back(one);
    await one.take(0, ann);
    expect(await other.relay.queues!.bindings.unbind(ann)).toBe(true);
    await commands.call('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {});
    // what is published waits until the connection is there again
    for (const { relay } of [one, other]) await relay.publish(messageOf('1', topic));
    await one.relay.publish(messageOf('2', topic));
    expect(await waiting(ann)).toBe(0);
    expect(await other.relay.queues!.bindings.unbind(ann)).toBe(false);
  });

  it('keeps nothing where there is no memory left, and brings what is published all the same', async () => {
    const one = await node();
    const heard: string[] = [];
    const listening = new QueueNode(`${redis.url}?wait=2000&partitions=1`);
    nodes.push(listening);
    await listening.relay.start(({ id }) => void heard.push(id));
    await listening.relay.interest(topic);
    await back(one);
    await commands.config('SET', 'maxmemory', '1mb');
    await one.relay.publish(messageOf('1', topic));
    await until(async () => heard.includes('1'));
    await expect(
      Promise.resolve(
        one.relay.together(
          () => one.relay.publish(messageOf('2', topic)),
          () => {},
        ),
      ),
    ).rejects.toMatchObject({ code: 'relay-unavailable' });
    await commands.config('SET', 'maxmemory', '0');
    expect(await waiting(ann)).toBe(0);
    expect(heard).toEqual(['1']);
  });

  it('publishes on when keys of another kind stand where durable subscriptions are', async () => {
    const one = await node();
    await back(one);
    await commands.del('{stompwire:0}:bindings\0/topic/a');
    await commands.set('{stompwire:0}:bindings\0/topic/a', 'noise');
    await commands.set('{stompwire:0}:bindings\0patterns', 'noise');
    await one.relay.publish(messageOf('1', topic));
    await expect(back(one, '/topic/*')).rejects.toThrow(/WRONGTYPE/);
  });
});
