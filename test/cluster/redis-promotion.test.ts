// What becomes of rooms when a replica is promoted that lacks the end: told, and never what was `replicated`.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisGroup, replicated, startGroup, until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode, faultsOf, Publishing } from './nodes.ts';

const program = requires('redis-server');
const room = '/topic/room/a';

describe.runIf(program)('rooms over Redis under Sentinel', () => {
  let group: RedisGroup;
  let replica: Redis;
  let nodes: FollowingNode[];

  const node = async (): Promise<FollowingNode> => {
    const made = await new FollowingNode(`${group.url}?wait=2000&partitions=4`).start(room);
    nodes.push(made);
    return made;
  };

  beforeEach(async () => {
    nodes = [];
    group = await startGroup(program!);
    replica = new Redis(group.servers[1]!.url);
  });
  afterEach(async () => {
    for (const { relay } of nodes) await relay.close();
    replica.disconnect();
    await group.stop();
  });

  it('says that the end is lost which the promoted replica lacks, and goes on in another epoch', async () => {
    const [one, other] = [await node(), await node()];
    const kept = await one.append(room, 'kept');
    kept.replicated = true;
    await one.relay.log.replicated(room, kept);
    await replica.call('REPLICAOF', '127.0.0.1', '1'); // it follows nobody any more
    const lost = await one.append(room, 'lost');
    await other.hears(room, 'lost');
    await expect(one.relay.log.replicated(room, lost)).rejects.toMatchObject({ code: 'relay-unavailable' });
    await group.servers[0]!.kill();
    await until(async () => (await group.primaryPort()) === group.servers[1]!.port);
    await until(async () => one.relay.state === undefined);
    const next = await one.append(room, 'next');
    expect(next.epoch).toBeGreaterThan(lost.epoch);
    expect(next.seq).toBe(1);
    for (const at of [one, other]) {
      await at.hears(room, 'next');
      expect(at.texts(room)).toEqual(['kept', 'lost', 'next']);
      expect(at.told(room)).toEqual(['next']);
      expect(faultsOf(at, room, [kept, lost, next])).toEqual([]);
    }
    await expect(one.relay.log.replicated(room, lost)).rejects.toThrow(/was replaced, and the message lost/);
  });

  it('loses nothing that was replicated, and nothing silently, when its primary is killed under load', async () => {
    const [one, other] = [await node(), await node()];
    const publishing = new Publishing(one, [room], 'x');
    const reasons: string[] = [];
    const askForReplicas = async (): Promise<void> => {
      for (const message of publishing.confirmed.slice(-20)) {
        await one.relay.log.replicated(room, message).then(
          () => {
            message.replicated = true;
          },
          (error: Error) => reasons.push(error.message),
        );
      }
    };
    await publishing.progress(50);
    await askForReplicas();
    const known = publishing.confirmed.filter((message) => message.replicated).length;
    await group.servers[0]!.kill();
    await publishing.refusals();
    await until(async () => (await group.primaryPort()) === group.servers[1]!.port);
    await publishing.progress(50);
    await publishing.stop();
    const confirmed = [...publishing.confirmed, await one.append(room, 'the end')];
    for (const at of [one, other]) await at.hears(room, 'the end');
    expect(reasons).toEqual([]);
    expect(known).toBe(20);
    expect([one, other].flatMap((at) => faultsOf(at, room, confirmed))).toEqual([]);
    expect(one.told(room)).toHaveLength(1);
  });
});

describe.runIf(program)('a receipt of replicas', () => {
  let redis: OwnRedis;
  let one: FollowingNode;
  beforeEach(async () => {
    redis = await startRedis(program!, { args: ['--repl-diskless-sync-delay', '0'] });
    one = await new FollowingNode(`${redis.url}?wait=2000`).start(room);
  });
  afterEach(async () => {
    await one.relay.close();
    await redis.stop();
  });

  it('is refused when Redis has no replica', async () => {
    const message = await one.append(room, 'alone');
    await expect(one.relay.log.replicated(room, message)).rejects.toThrow(/Redis has no replica/);
  });

  it('comes when the replica has it, for all who wait, and is refused in time while the replica is paused', async () => {
    const args = ['--replicaof', '127.0.0.1', String(redis.port)];
    const replica = await startRedis(program!, { args });
    await replicated(redis.port, 1);
    const some = await Promise.all(['1', '2', '3'].map((text) => one.append(room, text)));
    await Promise.all(some.map((message) => one.relay.log.replicated(room, message)));
    replica.pause();
    const late = await one.append(room, 'late');
    const meanwhile = one.relay.log.replicated(room, late);
    const answered = await one.append(room, 'not held up by it');
    expect(answered.seq).toBe(5);
    await expect(meanwhile).rejects.toThrow(/0 of 1 replicas have the message/);
    replica.resume();
    await replicated(redis.port, 1); // a busy machine takes its time
    await one.relay.log.replicated(room, late);
    await replica.stop();
  });
});
