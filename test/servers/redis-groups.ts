// Redis in company, for tests: a primary with replicas under a sentinel, and a cluster of three masters.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort, startProcess } from './process.ts';
import { type OwnRedis, startRedis } from './redis-server.ts';

/** A primary, its replicas, and a sentinel that promotes one of them. */
export interface RedisGroup {
  /** `redis+sentinel://...` */
  readonly url: string;
  /** The first is the primary at the start. */
  readonly servers: readonly OwnRedis[];
  /** Where the sentinel says that the primary is. */
  primaryPort(): Promise<number>;
  stop(): Promise<void>;
}

const groupName = 'mymaster';

/**
 * Starts one primary and so many replicas; done when they follow it and the sentinel knows them.
 *
 * @param args - what else each server is started with
 */
export async function startGroup(
  path: string,
  replicas = 1,
  args: readonly string[] = [],
): Promise<RedisGroup> {
  const primary = await startRedis(path, { args: [...following, ...args] });
  const others: OwnRedis[] = [];
  for (let i = 0; i < replicas; i++) {
    const other = await startRedis(path, { args: [...following, ...args] });
    others.push(other);
    await follow(other.port, primary.port);
  }
  const sentinel = await startSentinel(path, primary.port);
  const asks = new Redis(sentinel.port, '127.0.0.1');
  await replicated(primary.port, replicas);
  await until(
    async () => ((await asks.call('SENTINEL', 'REPLICAS', groupName)) as unknown[]).length === replicas,
  );
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/${groupName}`,
    servers: [primary, ...others],
    primaryPort: async () => {
      const [, port] = (await asks.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', groupName)) as string[];
      return Number(port);
    },
    stop: async () => {
      asks.disconnect();
      await sentinel.stop();
      for (const server of [primary, ...others]) await server.stop();
    },
  };
}

/** A replica is taken on at once, and a dead one noticed within seconds. */
const following = ['--repl-diskless-sync-delay', '0', '--repl-timeout', '5'];

/** Said as a sentinel says it, so that it holds over a restart until a sentinel says otherwise. */
async function follow(replica: number, primary: number): Promise<void> {
  const redis = new Redis(replica, '127.0.0.1');
  await redis.replicaof('127.0.0.1', primary);
  await redis.config('REWRITE');
  redis.disconnect();
}

async function startSentinel(path: string, primary: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const port = await freePort();
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${groupName} 127.0.0.1 ${primary} 1`,
    `sentinel down-after-milliseconds ${groupName} 1000`,
    `sentinel failover-timeout ${groupName} 5000`,
  ];
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const running = await startProcess(path, [file, '--sentinel'], /Sentinel ID is/);
  const stop = async (): Promise<void> => {
    await running.end();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, stop };
}

/** Done when all replicas take what is written: one that has just come does not at first, though it counts as online. */
export async function replicated(port: number, replicas: number): Promise<void> {
  const redis = new Redis(port, '127.0.0.1');
  await until(async () => {
    const taken = write(redis).then(() => redis.wait(replicas, 100));
    return (await taken.catch(() => 0)) >= replicas; // it may refuse what no replica takes
  });
  redis.disconnect();
}

/** Writes something; in a cluster, what is this server's. */
export async function write(redis: Redis, key = 0): Promise<void> {
  try {
    await redis.set(`written-${key}`, '1');
  } catch (error) {
    if (!String(error).includes('MOVED') || key > 100) throw error;
    await write(redis, key + 1);
  }
}

/** A cluster of three masters. */
export interface RedisCluster {
  /** `redis+cluster://...` */
  readonly url: string;
  /** The first three are the masters at the start. */
  readonly servers: readonly OwnRedis[];
  /** Who has the same slots: a master with its replicas. */
  readonly shards: readonly (readonly OwnRedis[])[];
  stop(): Promise<void>;
}

const masters = 3;

/**
 * Starts three masters that share the slots; done when each server says that all is well, and replicas follow.
 *
 * @param replicas - how many each of them has
 * @param args - what else each server is started with
 */
export async function startCluster(
  path: string,
  replicas = 0,
  args: readonly string[] = [],
): Promise<RedisCluster> {
  const members: ClusterMember[] = [];
  for (let i = 0; i < masters * (1 + replicas); i++) members.push(await startMember(path, args));
  const [first] = members;
  const each = Math.ceil(16_384 / masters);
  for (const [at, { asks }] of members.entries()) {
    await asks.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
    if (at < masters)
      await asks.call('CLUSTER', 'ADDSLOTSRANGE', at * each, Math.min((at + 1) * each, 16_384) - 1);
    if (at > 0) await asks.call('CLUSTER', 'MEET', '127.0.0.1', first!.server.port, first!.bus);
  }
  for (const { asks } of members) await until(() => knows(asks, members.length));
  for (const [at, { asks }] of members.entries())
    if (at >= masters)
      await asks.call(
        'CLUSTER',
        'REPLICATE',
        String(await members[at % masters]!.asks.call('CLUSTER', 'MYID')),
      );
  for (const { server } of members.slice(0, masters))
    if (replicas > 0) await replicated(server.port, replicas);
  for (const { asks } of members) asks.disconnect();
  const servers = members.map(({ server }) => server);
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    shards: servers.slice(0, masters).map((_, at) => servers.filter((_, n) => n % masters === at)),
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
}

interface ClusterMember {
  readonly server: OwnRedis;
  readonly bus: number;
  readonly asks: Redis;
}

async function startMember(path: string, args: readonly string[]): Promise<ClusterMember> {
  const bus = await freePort();
  const own = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-port', String(bus)];
  const server = await startRedis(path, { args: [...own, ...following, ...args] });
  return { server, bus, asks: new Redis(server.port, '127.0.0.1') };
}

async function knows(asks: Redis, count: number): Promise<boolean> {
  const info = String(await asks.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}\r`);
}

/** Asks until it is so: these servers tell nobody by themselves. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}
