// Under Sentinel: who the primary is, and what the writer may store, is asked and not only heard.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { parseRedisAddress } from '../../src/redis/address.ts';
import { Connection } from '../../src/relay/redis/connection.ts';
import { Sentinels } from '../../src/relay/redis/sentinels.ts';
import { type RedisGroup, startGroup, until } from '../servers/redis-groups.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode } from './nodes.ts';

const program = requires('redis-server');
const room = '/topic/room/a';

describe.runIf(program)('a group under Sentinel', () => {
  let group: RedisGroup;
  const closing: (() => unknown)[] = [];
  beforeEach(async () => {
    group = await startGroup(program!);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await group.stop();
  });

  it('is asked again and again who its primary is', async () => {
    const named: string[] = [];
    const sentinels = new Sentinels(parseRedisAddress(group.url), (host, port) =>
      named.push(`${host}:${port}`),
    );
    closing.push(() => sentinels.close());
    const [old, next] = group.servers.map(({ port }) => `127.0.0.1:${port}`);
    await until(async () => named.length > 0);
    expect(named).toEqual(named.map(() => old));
    await group.servers[0]!.kill();
    await until(async () => named.at(-1) === next);
  });

  it('tells a connection that it is connected to another server than the one that is named', async () => {
    const [{ port }, other] = [group.servers[0]!, group.servers[1]!];
    const listener = { up: () => {}, down: () => {}, troubled: () => {} };
    const connection = new Connection(parseRedisAddress(group.url), undefined, async () => {}, listener);
    closing.push(() => connection.close());
    expect(connection.isElsewhere('127.0.0.1', other.port)).toBe(false); // it is nowhere
    await connection.start(2000);
    expect(connection.isElsewhere('127.0.0.1', port)).toBe(false);
    expect(connection.isElsewhere('localhost', port)).toBe(false);
    expect(connection.isElsewhere('127.0.0.1', other.port)).toBe(true);
    expect(connection.isElsewhere('127.0.0.2', port)).toBe(true);
  });

  it('gives the writer what the replicas have, and nothing that a promotion would take away', async () => {
    const address = `${group.url}?wait=1000&partitions=1`;
    const node = await new FollowingNode(address, { history: true }).start(room);
    closing.push(() => node.relay.close());
    const feed = new RedisFeed(address, { reconnect: { base: 5, max: 50 } });
    closing.push(() => feed.drop());
    const signal = AbortSignal.timeout(20_000);
    const seqs = async (): Promise<(number | undefined)[]> =>
      (await feed.read(10, signal)).map(({ record }) => record?.seq);
    await node.append(room, '1');
    expect(await seqs()).toEqual([1]);
    group.servers[1]!.pause();
    await node.append(room, '2');
    await expect(feed.read(10, signal)).rejects.toThrow(/the replicas do not have yet/);
    group.servers[1]!.resume();
    await expect.poll(() => seqs().catch(() => [])).toEqual([2]);
  });
});
