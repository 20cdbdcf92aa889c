// What becomes of rooms when their Redis is killed, emptied, paused, or no longer heard: nothing is lost silently.
import type { Buffer } from 'node:buffer';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { DeafGate } from './deaf-gate.ts';
import { FollowingNode, faultsOf, Publishing } from './nodes.ts';

const program = requires('redis-server');
/** A replica is taken on without a delay. */
const atOnce = ['--repl-diskless-sync-delay', '0'];

const follows = async (redis: Redis): Promise<boolean> =>
  (await redis.info('replication')).includes('master_link_status:up');

const rooms = ['/topic/room/a', '/topic/room/b', '/topic/room/c'];

describe.runIf(program)('rooms over a Redis', () => {
  let redis: OwnRedis;
  let commands: Redis;
  let nodes: FollowingNode[];

  const node = async (address = `${redis.url}?wait=500&partitions=4`): Promise<FollowingNode> => {
    const made = await new FollowingNode(address).start(...rooms);
    nodes.push(made);
    return made;
  };
  /** The last word of each room, and what is wrong until there. */
  const judged = async (publishings: readonly Publishing[]): Promise<string[]> => {
    const confirmed = publishings.flatMap((one) => one.confirmed);
    for (const room of rooms) confirmed.push(await nodes[0]!.append(room, 'the end'));
    for (const one of nodes) for (const room of rooms) await one.hears(room, 'the end');
    return nodes.flatMap((one) => rooms.flatMap((room) => faultsOf(one, room, confirmed)));
  };
  const toldAt = (one: FollowingNode): number => rooms.flatMap((room) => one.told(room)).length;

  beforeEach(async () => {
    nodes = [];
    redis = await startRedis(program!, { args: atOnce });
    commands = new Redis(redis.url, { retryStrategy: () => 50 });
    commands.on('error', () => {});
  });
  afterEach(async () => {
    for (const { relay } of nodes) await relay.close();
    commands.disconnect();
    await redis.stop();
  });

  it('loses nothing when connections that listen are killed again and again', async () => {
    const [one, other] = [await node(), await node()];
    const publishings = [new Publishing(one, rooms, 'x'), new Publishing(other, rooms, 'y')];
    for (let times = 0; times < 5; times++) {
      await publishings[0]!.progress(50);
      await until(async () => Number(await commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub')) > 0);
    }
    for (const publishing of publishings) await publishing.stop();
    expect(await judged(publishings)).toEqual([]);
    expect([toldAt(one), toldAt(other)]).toEqual([0, 0]);
  });

  it('brings the last message of each room too when its publication was lost, without another one after it', async () => {
    const [one, other] = [await node(), await node()];
    for (const room of rooms) {
      await one.append(room, 'twice');
      await other.hears(room, 'twice');
      const [log] = await commands.keys(`*:log:${room}`);
      const [, envelope] = (await commands.xrangeBuffer(log!, '-', '+'))[0]!;
      await commands.xadd(log!, '2-0', ...(envelope as unknown as Buffer[]));
      await commands.hset(log!.replace(':log:', ':top:'), 's', '2');
    }
    for (const room of rooms) {
      await other.until(() => other.heard(room).length === 2);
      expect(other.heard(room)).toMatchObject([
        { seq: 1, text: 'twice', told: false },
        { seq: 2, text: 'twice', told: false },
      ]);
    }
  });

  it('is asked by a node for all partitions in one call, with one sign of life', async () => {
    await node();
    const watching = await commands.monitor();
    const signs = new Promise<string[]>((resolve) => {
      const seen: string[] = [];
      watching.on('monitor', (_time: string, [command = '', channel = '']: string[]) => {
        if (command.toLowerCase() === 'spublish' && channel.includes(':node:')) seen.push(channel);
        if (seen.length === 3) resolve(seen);
      });
    });
    expect(new Set(await signs).size).toBe(1);
    watching.disconnect();
  });

  it('goes on when Redis comes back empty, and says where something is missing', async () => {
    const [one, other] = [await node(), await node()];
    const publishings = [new Publishing(one, rooms, 'x'), new Publishing(other, rooms, 'y')];
    await publishings[0]!.progress(100);
    await redis.kill();
    await publishings[0]!.refusals();
    expect(one.relay.state).toMatch(/Redis is away for 4 of 4 partitions/);
    await redis.restart();
    await publishings[0]!.progress(50);
    for (const publishing of publishings) await publishing.stop();
    expect(await judged(publishings)).toEqual([]);
    expect(rooms.map((room) => one.told(room).length)).toEqual([1, 1, 1]);
    expect(one.relay.state).toBeUndefined();
  });

  it('refuses within the bound while Redis is paused, and loses nothing when it goes on', async () => {
    const [one, other] = [await node(), await node()];
    const publishings = [new Publishing(one, rooms, 'x'), new Publishing(other, rooms, 'y')];
    await publishings[0]!.progress(50);
    redis.pause();
    await publishings[0]!.refusals(3); // while it is paused: nobody waits for it to go on
    await expect(one.relay.interest('/topic/new')).rejects.toMatchObject({ code: 'relay-unavailable' });
    redis.resume();
    await publishings[0]!.progress(50);
    for (const publishing of publishings) await publishing.stop();
    expect(await judged(publishings)).toEqual([]);
    expect([toldAt(one), toldAt(other)]).toEqual([0, 0]);
  });

  it('waits for a Redis that is away for less than the bound, and refuses nothing', async () => {
    const one = await node(`${redis.url}?wait=20000`);
    await one.append('/topic/room/a', 'before');
    await redis.kill();
    await one.until(() => one.relay.state !== undefined);
    const later = one.append('/topic/room/a', 'meanwhile');
    const plain = one.relay.interest('/topic/plain');
    await redis.restart();
    await later;
    await plain;
    await one.hears('/topic/room/a', 'meanwhile');
    expect(one.told('/topic/room/a')).toEqual(['meanwhile']);
  });

  it('is slow where Redis is slow, and refuses within the bound where it is slower than that', async () => {
    const gate = await DeafGate.open(redis.port);
    const slow = await node(`redis://127.0.0.1:${gate.port}?wait=500&partitions=4`);
    const quick = await node();
    const publishing = new Publishing(slow, rooms, 'x');
    gate.delay = 100;
    await publishing.progress(20);
    expect(publishing.refused).toEqual([]);
    gate.delay = 1200; // who waited for the answer would be given it
    await publishing.refusals(3);
    await quick.append('/topic/room/a', 'nobody else is slow');
    gate.delay = 0;
    await publishing.progress(20);
    await publishing.stop();
    expect(await judged([publishing])).toEqual([]);
    await gate.close();
  });

  it('finds a connection that is published to and hears nothing, and makes another one', async () => {
    const gate = await DeafGate.open(redis.port);
    const one = await node();
    const deaf = await node(`redis://127.0.0.1:${gate.port}?wait=500&partitions=4`);
    await one.append('/topic/room/a', 'heard');
    await deaf.hears('/topic/room/a', 'heard');
    gate.deafen();
    await one.append('/topic/room/a', 'into the void');
    await deaf.hears('/topic/room/a', 'into the void');
    expect(deaf.troubles.join()).toContain('nothing comes');
    expect(deaf.told('/topic/room/a')).toEqual([]);
    await gate.close();
  });

  it('changes the epoch when a primary is demoted and promoted again, though its run id is the same', async () => {
    const replica = await startRedis(program!, {
      args: [...atOnce, '--replicaof', '127.0.0.1', String(redis.port)],
    });
    const following = new Redis(replica.url);
    await until(() => follows(following));
    const one = await node();
    const kept = await one.append('/topic/room/a', 'kept');
    await until(async () => (await following.keys('*:log:*')).length === 1);
    await following.call('REPLICAOF', 'NO', 'ONE');
    const lost = await one.append('/topic/room/a', 'lost');
    await one.hears('/topic/room/a', 'lost');
    await commands.call('REPLICAOF', '127.0.0.1', replica.port);
    await until(() => follows(commands));
    await commands.call('REPLICAOF', 'NO', 'ONE');
    const next = await one.append('/topic/room/a', 'next');
    expect([lost.epoch, lost.seq]).toEqual([kept.epoch, 2]);
    expect(next.epoch).toBeGreaterThan(lost.epoch);
    await one.hears('/topic/room/a', 'next');
    expect(one.told('/topic/room/a')).toEqual(['next']);
    following.disconnect();
    await replica.stop();
  });
});
