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
    const taken = redis.set('begun', '1').then(() => redis.wait(replicas, 100));
    return (await taken.catch(() => 0)) >= replicas; // it may refuse what no replica takes
  });
  redis.disconnect();
}

/** A cluster of masters without replicas. */
export interface RedisCluster {
  /** `redis+cluster://...` */
  readonly url: string;
  readonly servers: readonly OwnRedis[];
  stop(): Promise<void>;
}

/** Starts three masters that share the slots; done when each of them says that all is well. */
export async function startCluster(path: string): Promise<RedisCluster> {
  const buses: number[] = [];
  const servers: OwnRedis[] = [];
  for (let i = 0; i < 3; i++) {
    const bus = await freePort();
    const args = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '2000',
      '--cluster-port',
      String(bus),
    ];
    buses.push(bus);
    servers.push(await startRedis(path, { args }));
  }
  const asks = servers.map(({ port }) => new Redis(port, '127.0.0.1'));
  const each = Math.ceil(16_384 / 3);
  for (const [at, redis] of asks.entries()) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', at * each, Math.min((at + 1) * each, 16_384) - 1);
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
    if (at > 0) await redis.call('CLUSTER', 'MEET', '127.0.0.1', servers[0]!.port, buses[0]!);
  }
  for (const redis of asks)
    await until(async () => {
      const info = String(await redis.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    });
  for (const redis of asks) redis.disconnect();
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
}

/** Asks until it is so: these servers tell nobody by themselves. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}
