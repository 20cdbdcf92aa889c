// What goes on while fewer replicas follow Redis than it must have to write, and what waits for one.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode } from './nodes.ts';
import { QueueNode } from './queue-nodes.ts';

const program = requires('redis-server');
const room = '/topic/room/a';
const plain = '/topic/plain';
const refused = {
  code: 'relay-unavailable',
  message: expect.stringContaining('fewer replicas follow Redis'),
};

describe.runIf(program)('a Redis without the replicas that it asks for', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let one: FollowingNode;
  let other: FollowingNode;
  const ask = (replicas: number): Promise<unknown> =>
    commands.config('SET', 'min-replicas-to-write', replicas);
  const publish = (text: string, destination = plain): Promise<void> =>
    one.relay.publish(new Message({ destination, id: text, body: Buffer.from(text) }));
  const plainOf = (node: FollowingNode): string[] => node.plain.map(({ body }) => String(body));

  beforeEach(async () => {
    redis = await startRedis(program!);
    commands = new Redis(redis.url);
    const node = (): FollowingNode => new FollowingNode(`${redis.url}?wait=600&partitions=2`);
    one = await node().start(room, plain);
    other = await node().start(room, '/topic/**');
    await one.append(room, 'before');
  });
  afterEach(async () => {
    for (const { relay } of [one, other]) await relay.close();
    commands.disconnect();
    await redis.stop();
  });

  it('takes nothing that is to be kept, and says why, until it has them again', async () => {
    await ask(1);
    await expect(one.append(room, 'refused')).rejects.toMatchObject(refused);
    await ask(0);
    await one.append(room, 'after');
    for (const node of [one, other]) {
      await node.hears(room, 'after');
      expect(node.texts(room)).toEqual(['before', 'after']);
      expect(node.told(room)).toEqual([]);
    }
  });

  it('brings plain messages to everybody, in their order, and those around them too', async () => {
    const texts = Array.from({ length: 40 }, (_, at) => String(at));
    const sent: Promise<void>[] = [];
    for (const text of texts) {
      if (text === '10') await ask(1);
      if (text === '30') await ask(0);
      sent.push(publish(text));
      if (Number(text) % 4 === 3) await sent.at(-1);
    }
    await Promise.all(sent);
    for (const node of [one, other]) {
      await node.until(() => node.plain.length === texts.length);
      expect(plainOf(node)).toEqual(texts);
    }
  });

  it('lets nodes subscribe, and says where they stand, where nothing has to be written for it', async () => {
    await ask(1);
    await one.relay.interest('/topic/room/new');
    const { top, oldest } = await other.relay.log.reach(room);
    expect([top.seq, oldest]).toEqual([1, 1]);
    expect(await other.relay.log.read(room, { ...top, seq: 0 }, 10)).toHaveLength(1);
    await expect(other.relay.log.reach('/topic/room/never')).rejects.toMatchObject(refused);
  });

  it('brings nobody what a durable subscription would have to be given, and could not', async () => {
    const queues = await new QueueNode(`${redis.url}?wait=600&partitions=2`).start();
    await queues.relay.queues!.bindings.bind('durable:x', '/topic/kept');
    await one.relay.interest('/topic/kept');
    await ask(1);
    await expect(publish('kept', '/topic/kept')).rejects.toMatchObject(refused);
    await ask(0);
    await publish('again', '/topic/kept');
    await one.until(() => one.plain.length > 0);
    expect(plainOf(one)).toEqual(['again']);
    await queues.relay.close();
  });
});
