// What is said of queues over Redis, where nodes go, transactions come, and topics fill queues beside them.
import { Buffer } from 'node:buffer';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { QueueArguments } from '../../src/queue/consumer.ts';
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

  it('x-expires: counts on when a node leaves that took from other queues', async () => {
    await one.queues!.enqueue(messageOf('1'), { declares: { unused: 1_000_000 } });
    const near = Array.from({ length: 50 }, (_, n) => `/queue/${n}`).find(
      (queue) => nodes.keys.partitionOf(queue) === nodes.keys.partitionOf(at),
    )!;
    const taking = await new Taker(1).from(other.queues!, near, { autoDelete: true });
    await one.queues!.enqueue(new Message({ ...messageOf('0'), destination: near, address: near }));
    await taking.has(1);
    await taking.acknowledge(0);
    await nodes.pass(600_000);
    await other.close();
    await nodes.pass(400_000);
    await one.queues!.enqueue(messageOf('2'), { declares: { count: 5 } });
    const taker = await new Taker().from(one.queues!, at);
    await taker.has(1);
    expect(taker.ids).toEqual(['2']);
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

  it('a binding of which something is said later is forgotten with its last taker', async () => {
    const { queues } = one;
    const join = async (terms?: QueueArguments): Promise<Taker> => {
      await queues!.bindings.bind(at, '/topic/a', terms);
      return new Taker().from(queues!, at, terms);
    };
    for (const taker of [await join(), await join({ count: 2 })]) await taker.consumption!.cancel();
    expect(queues!.bindings.joined(at)).toBeUndefined();
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

  describe('and that a topic fills', () => {
    const queue = 'durable:user:ann:/a';
    const source = '/topic/a';
    const place = () => nodes.keys.partitionOf(source);
    const bindings = (): Promise<Record<string, string>> => commands.hgetall(nodes.keys.bindings(place()));
    const ownKeys = (): Promise<string[]> => keysOf(nodes.keys.queueIn(place(), queue));
    const notes = async (): Promise<number> => {
      const found = await Promise.all(
        Array.from({ length: nodes.keys.partitions }, (_, at) => commands.hlen(nodes.keys.durable(at))),
      );
      return found.reduce((sum, count) => sum + Math.max(0, count - 1), 0); // one is the mark
    };
    const subscribe = async (relay: RedisRelay, terms: QueueArguments, name = queue): Promise<Taker> => {
      await relay.queues!.bindings.bind(name, source, terms);
      return new Taker().from(relay.queues!, name, terms);
    };
    const publish = (id: string): Promise<void> =>
      other.publish(new Message({ destination: source, id, body: Buffer.from(id) }));

    it('auto-delete: gone with the node of the last consumer, and what was noted makes room', async () => {
      await subscribe(one, { autoDelete: true });
      await one.close();
      expect([await bindings(), await notes()]).toEqual([{}, 1]);
      // as many nodes may have left one where another is to be noted
      const home = nodes.keys.durable(nodes.keys.partitionOf(queue));
      for (const name of ['a', 'b', 'c']) {
        await commands.hset(home, name, source);
        await commands.zadd(`${home}\0passing`, Date.now(), name);
      }
      const near = Array.from({ length: 50 }, (_, n) => `durable:${n}`).find(
        (name) => nodes.keys.durable(nodes.keys.partitionOf(name)) === home,
      )!;
      await expect(subscribe(other, { autoDelete: true }, near)).rejects.toMatchObject({
        code: 'too-many-durable-subscriptions',
      });
      await nodes.pass(120_000);
      await subscribe(other, { autoDelete: true }, near);
      expect(await notes()).toBe(1);
    });

    it('exclusive: who is refused leaves no note behind', async () => {
      const own = { owner: 'ann', autoDelete: true };
      await one.queues!.bindings.bind(queue, source, own, 'ann');
      const taker = await new Taker(0, false, 'ann').from(one.queues!, queue, own);
      await expect(other.queues!.bindings.bind(queue, source, undefined, 'bob')).rejects.toMatchObject({
        code: 'denied',
      });
      await taker.consumption!.cancel();
      await vi.waitFor(async () => expect([await ownKeys(), await notes()]).toEqual([[], 0]), 10_000);
    });

    it('x-expires: gone without anybody who asks for it, also when it is published to', async () => {
      for (const ask of [async () => {}, () => publish('late')]) {
        const taker = await subscribe(one, { unused: 1_000_000 });
        await taker.consumption!.cancel();
        await publish('1');
        expect(Object.keys(await bindings())).toHaveLength(1);
        await nodes.pass(1_000_000);
        await ask();
        await vi.waitFor(async () => expect(await bindings()).toEqual({}), 10_000);
        expect(await ownKeys()).toEqual([]);
      }
    });

    it('auto-delete: leave nothing behind, neither queue nor note', async () => {
      const taker = await subscribe(one, { autoDelete: true, ttl: 5000 });
      expect(await notes()).toBe(1);
      await taker.consumption!.cancel();
      await vi.waitFor(async () => expect([await ownKeys(), await notes()]).toEqual([[], 0]), 10_000);
    });

    it('are said again by who was taken for dead, and go on', async () => {
      const terms = { autoDelete: true, count: 1 };
      const taker = await subscribe(one, terms);
      await publish('1');
      await taker.has(1);
      // as another node does that finds a lease run out
      const declared = `${nodes.keys.queues(place()).all}\0declared`;
      await commands.del(...(await ownKeys()), declared);
      for (const key of await commands.keys(`${nodes.keys.bindings(place())}*`)) await commands.del(key);
      await vi.waitFor(async () => expect(Object.keys(await bindings())).toHaveLength(1), 10_000);
      await publish('2');
      await taker.has(2);
      await taker.consumption!.cancel();
      await vi.waitFor(async () => expect(await ownKeys()).toEqual([]), 10_000);
    });
  });

  it('leave nothing behind when they are gone', async () => {
    const taker = await new Taker().from(one.queues!, at, { autoDelete: true, owner: 'somebody', ttl: 5 });
    await expect(new Taker(0, false, 'bob').from(other.queues!, at)).rejects.toMatchObject({
      code: 'denied',
    });
    await taker.consumption!.cancel();
    await vi.waitFor(async () => expect(await keysOf(at)).toEqual([]), 10_000);
    const { all } = nodes.keys.queues(nodes.keys.partitionOf(at));
    expect(await commands.exists(`${all}\0declared`)).toBe(0);
  });
});
