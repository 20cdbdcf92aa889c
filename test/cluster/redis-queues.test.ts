// What becomes of queues when a node is killed or paused, and when their Redis is: nothing is lost, nothing taken back.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { deadLetters, FarQueueNode, messageOf, QueueNode, type QueueTaker } from './queue-nodes.ts';

const program = requires('redis-server');
const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}`);

describe.runIf(program)('queues over a Redis', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let nodes: QueueNode[];
  let far: FarQueueNode[];

  const addressOf = (more = ''): string => `${redis.url}?wait=500&partitions=4${more}`;
  const node = async (more?: string): Promise<QueueNode> => {
    const made = await new QueueNode(addressOf(more)).start();
    nodes.push(made);
    return made;
  };
  const farNode = (prefetch?: number): Promise<FarQueueNode> => {
    const made = new FarQueueNode(addressOf(), '/queue/a', prefetch);
    far.push(made);
    return made.start();
  };
  const waiting = async (queue = '/queue/a'): Promise<number> => {
    const [line] = await commands.keys(`*:queue:${queue}\0line`);
    return line === undefined ? 0 : commands.zcard(line);
  };

  /** As if a lease's time had passed at once. */
  const letLeasesEnd = async (): Promise<void> => {
    const past = String(Date.now() - 60_000);
    for (const key of await commands.keys('*:leases'))
      for (const holder of await commands.zrange(key, '0', '-1')) await commands.zadd(key, past, holder);
  };

  beforeEach(async () => {
    nodes = [];
    far = [];
    redis = await startRedis(program!, { args: kept });
    commands = new Redis(redis.url, { retryStrategy: () => 50 });
    commands.on('error', () => {});
  });
  afterEach(async () => {
    for (const one of far) await one.kill();
    for (const { relay } of nodes) await relay.close();
    commands.disconnect();
    await redis.stop();
  });

  it('gives what comes one by one to the nodes in turns', async () => {
    const all = [await node(), await node(), await node()];
    const takers: QueueTaker[] = [];
    for (const one of all) takers.push(await one.take());
    const hungry = async (): Promise<number> =>
      commands.llen((await commands.keys('*\0hungry'))[0] ?? 'none');
    for (const id of numbered(30)) {
      await until(async () => (await hungry()) === 3);
      await all[0]!.send(id);
    }
    await Promise.all(takers.map((taker) => taker.has(10)));
    const each = takers.map(({ ids }) => ids.map(Number));
    expect(each.map(({ length }) => length)).toEqual([10, 10, 10]);
    for (const ids of each)
      expect(ids.map((id) => id - ids[0]!)).toEqual(numbered(10).map((n) => (Number(n) - 1) * 3));
  });

  it('shares what waits among the nodes, in their order', async () => {
    const sender = await node();
    await sender.send(...numbered(400));
    const takers = [
      await (await node()).take(150),
      await (await node()).take(150),
      await (await node()).take(150),
    ];
    await until(async () => takers.flatMap(({ ids }) => ids).length === 400);
    for (const { ids } of takers) expect(ids.map(Number)).toEqual(ids.map(Number).sort((a, b) => a - b));
    expect(new Set(takers.flatMap(({ ids }) => ids)).size).toBe(400);
    for (const { ids } of takers) expect(ids.length).toBeLessThanOrEqual(150);
  });

  it('leaves of what comes at once something to each node that wants more', async () => {
    const [one, other] = [await node(), await node()];
    const takers = [await one.take(), await other.take()];
    await until(async () => (await commands.llen((await commands.keys('*\0hungry'))[0] ?? 'none')) === 2);
    await one.send(...numbered(60));
    await until(async () => takers.flatMap(({ ids }) => ids).length === 60);
    for (const { ids } of takers) expect(ids.length).toBeGreaterThan(5);
  });

  it('keeps nothing of an empty queue from which nobody took but nodes that were killed', async () => {
    const keysOf = (queue: string): Promise<string[]> => commands.keys(`*:queue:/queue/${queue}*`);
    const alive = await node();
    const taker = await alive.take(0, '/queue/b');
    const doomed = [await farNode(), await farNode()];
    await alive.send('1');
    await until(async () => doomed.some(({ given }) => given.length === 1));
    expect(await doomed.find(({ given }) => given.length === 1)!.acknowledge('1')).toBe(true);
    await until(async () => (await keysOf('a')).some((key) => key.endsWith('hungry')));
    for (const one of doomed) await one.kill();
    await until(async () => {
      await letLeasesEnd();
      return (await keysOf('a')).length === 0;
    });
    await until(async () => (await keysOf('b')).some((key) => key.endsWith('takers')));
    await alive.relay.queues!.enqueue(messageOf('2', '/queue/b'));
    await taker.has(1);
    expect(await taker.acknowledge(0)).toBe(true);
    await taker.consumption.cancel();
    expect(await commands.keys('*:queue*')).toEqual([]);
  });

  it('gives the messages of a node that was killed to the others, in their place, and counts the delivery', async () => {
    const sender = await node();
    const doomed = await farNode(3);
    await sender.send(...numbered(5));
    await doomed.until(() => doomed.given.length === 3);
    expect(await doomed.acknowledge('2')).toBe(true);
    await doomed.until(() => doomed.given.length === 4);
    await doomed.kill();
    const taker = await sender.take();
    await taker.has(4);
    expect(taker.ids).toEqual(['5', '1', '3', '4']);
    expect(taker.given.map(({ deliveries }) => deliveries)).toEqual([1, 2, 2, 2]);
    for (const at of [0, 1, 2, 3]) expect(await taker.acknowledge(at)).toBe(true);
    expect(await commands.keys('*:queue:/queue/a*')).not.toContainEqual(
      expect.stringMatching(/(body|out|line)$/),
    );
  });

  it('lets a node that was paused not take back what another has', async () => {
    const sender = await node();
    const paused = await farNode();
    await sender.send('1', '2');
    await paused.until(() => paused.given.length === 2);
    paused.pause();
    const taker = await sender.take();
    await taker.has(2);
    paused.resume();
    expect(await paused.acknowledge('1')).toBe(false);
    for (const at of [0, 1]) expect(await taker.acknowledge(at)).toBe(true);
    expect(taker.ids).toEqual(['1', '2']);
  });

  it('makes a dead letter of what too many nodes died of', async () => {
    const sender = await node();
    await sender.send('poison');
    for (let times = 0; times < 3; times++) {
      const doomed = await farNode();
      await doomed.until(() => doomed.given.length === 1);
      await doomed.kill();
      await letLeasesEnd();
    }
    const taker = await sender.take(0, deadLetters);
    await taker.has(1);
    expect(taker.given[0]!.message.headers).toEqual([
      ...['dead-letter-reason', 'too-many-deliveries'],
      ...['dead-letter-destination', '/queue/a', 'delivery-count', '3'],
    ]);
    expect(await waiting()).toBe(0);
  });

  it('leaves with consumers what they have while Redis is killed, and takes their acknowledgements on return', async () => {
    const [one, other] = [await node(), await node()];
    const taker = await one.take(2);
    await one.send('1', '2', '3');
    await taker.has(2);
    await redis.kill();
    await until(async () => one.relay.state !== undefined);
    await expect(one.send('4')).rejects.toMatchObject({ code: 'relay-unavailable' });
    const acknowledged = taker.acknowledge(0);
    await redis.restart();
    expect(await acknowledged).toBe(true);
    await taker.has(3);
    expect(taker.ids).toEqual(['1', '2', '3']);
    const late = await other.take();
    await taker.consumption.cancel();
    await late.has(2);
    expect(late.ids).toEqual(['2', '3']);
  });

  it('leaves with consumers what they have while Redis is paused for longer than any lease', async () => {
    const one = await node();
    const taker = await one.take();
    await one.send('1');
    await taker.has(1);
    // as if nobody had looked for a minute: Redis stood still, but not its clock
    await letLeasesEnd();
    for (const key of await commands.keys('*:looked')) await commands.set(key, String(Date.now() - 60_000));
    const other = await node();
    await other.send('2');
    const late = await other.take();
    await until(
      async () => Number(await commands.get((await commands.keys('*:looked'))[0]!)) > Date.now() - 5000,
    );
    expect(await taker.acknowledge(0)).toBe(true);
    expect([...taker.ids, ...late.ids].sort()).toEqual(['1', '2']);
  });

  it('loses nothing and repeats nothing that was acknowledged while connections are killed', async () => {
    const all = [await node('&wait=20000'), await node('&wait=20000')];
    const [sender] = all;
    const acknowledged = new Set<string>();
    const twice: string[] = [];
    const takers: QueueTaker[] = [];
    for (const one of all)
      for (let i = 0; i < 2; i++) {
        const taker = await one.take(10);
        taker.onTake = ({ message, tag }) => {
          if (acknowledged.has(message.id)) twice.push(message.id);
          void Promise.resolve(taker.consumption.acknowledge(tag)).then((known) => {
            if (!known) return;
            if (acknowledged.has(message.id)) twice.push(message.id);
            acknowledged.add(message.id);
          });
        };
        takers.push(taker);
      }
    const sent: string[] = [];
    let next = 0;
    const send = async (): Promise<void> => {
      for (let n = next++; n < 3000; n = next++)
        await sender!.relay.queues!.enqueue(messageOf(`${n}`)).then(
          () => sent.push(`${n}`),
          () => {}, // whether Redis took it is not known
        );
    };
    const sending = Promise.all(Array.from({ length: 8 }, send)); // each waits for its own
    for (let times = 1; times <= 8; times++) {
      await until(async () => sent.length > times * 300);
      await commands.call('CLIENT', 'KILL', 'TYPE', times % 2 === 0 ? 'pubsub' : 'normal').catch(() => {});
    }
    await sending;
    await until(async () => sent.every((id) => acknowledged.has(id)));
    expect(twice).toEqual([]);
  });

  it('gives again what Redis gave it in an answer that was lost, as if it had never been out', async () => {
    const one = await node();
    const taker = await one.take(1);
    await one.send('1', '2');
    await taker.has(1);
    const [line] = await commands.keys('*:queue:/queue/a\0line');
    const [holder] = await commands.zrange((await commands.keys('*:leases'))[0]!, '0', '-1');
    await commands.zrem(line!, '2');
    await commands.hset(line!.replace('\0line', '\0out'), '2', `${holder} 999999 1 4 0`);
    await commands.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(async () => (await waiting()) === 1);
    expect(await taker.acknowledge(0)).toBe(true);
    await taker.has(2);
    expect(taker.given[1]).toMatchObject({ message: { id: '2' }, deliveries: 1 });
  });

  it('goes on when Redis comes back empty, and knows nothing of what was out', async () => {
    const bare = await startRedis(program!);
    const one = await new QueueNode(`${bare.url}?wait=500`).start();
    nodes.push(one);
    const taker = await one.take();
    await one.send('1');
    await taker.has(1);
    await bare.restart();
    await until(async () => one.relay.state === undefined);
    expect(await taker.acknowledge(0)).toBe(false);
    await one.send('2');
    await taker.has(2);
    expect(await taker.acknowledge(1)).toBe(true);
    await one.relay.close();
    await bare.stop();
  });

  it('says what is wrong when a key of a queue is of another kind, and leaves other queues alone', async () => {
    const one = await node();
    await commands.flushall();
    await one.send('1');
    const [line] = await commands.keys('*:queue:/queue/a\0line');
    await commands.set(line!, 'noise');
    const taker = await one.take(0, '/queue/b');
    const failed = one.relay.queues!.enqueue(messageOf('2'));
    await one.relay.queues!.enqueue(messageOf('3', '/queue/b'));
    await expect(failed).rejects.toMatchObject({
      code: 'relay-unavailable',
      message: expect.stringContaining('WRONGTYPE'),
    });
    await taker.has(1);
    await one.take();
    await until(async () => one.troubles.length > 0);
    expect(one.troubles[0]).toMatch(/the queue \/queue\/a: .*WRONGTYPE/);
    await commands.del(line!);
  });

  it('passes over bytes that are no message, and scripts that were flushed away', async () => {
    const one = await node();
    await one.send('1', '2');
    const [body] = await commands.keys('*:queue:/queue/a\0body');
    await commands.hset(body!, '1', 'noise');
    await commands.script('FLUSH');
    const taker = await one.take();
    await taker.has(1);
    expect(taker.ids).toEqual(['2']);
    expect(one.troubles[0]).toMatch(/somebody else writes into our queue \/queue\/a/);
  });
});
