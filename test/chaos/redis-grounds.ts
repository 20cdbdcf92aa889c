// The Redis under the nodes of a chaos run: a group under Sentinel, or a cluster, and what goes wrong with it.
import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startCluster, startGroup, until, write } from '../servers/redis-groups.ts';
import type { OwnRedis } from '../servers/redis-server.ts';
import type { Random } from './random.ts';
import type { Mishap } from './trouble.ts';

/** What the nodes stand on. */
export interface RedisGround {
  /** What begins `--broker`. */
  readonly url: string;
  readonly mishaps: readonly Mishap[];
  stop(): Promise<void>;
}

/** The forms that one can be had in. */
export type RedisForm = 'sentinel' | 'cluster';

/**
 * As docs/many-nodes.md asks: what a server confirmed is there when it is killed and started again, and a primary that was
 * replaced and does not know it yet takes nothing.
 */
const settings = [
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
  ...['--min-replicas-to-write', '1', '--min-replicas-max-lag', '3'],
];

/** By form: what starts one. */
export const redisGrounds: Readonly<Record<RedisForm, (path: string) => Promise<RedisGround>>> = {
  sentinel: async (path) => {
    const group = await startGroup(path, 1, settings);
    const primary = async (): Promise<OwnRedis> => {
      const port = await group.primaryPort();
      return group.servers.find((server) => server.port === port)!;
    };
    return { url: group.url, mishaps: mishapsOf(() => ({ primary })), stop: () => group.stop() };
  },
  cluster: async (path) => {
    const cluster = await startCluster(path, 1, settings);
    const shards = cluster.shards.map((servers) => ({ primary: () => masterOf(servers) }));
    return {
      url: cluster.url,
      mishaps: mishapsOf((random) => random.of(shards)),
      stop: () => cluster.stop(),
    };
  },
};

/** A primary and its replica. */
interface Shard {
  /** Who is the primary now. */
  primary(): Promise<OwnRedis>;
}

const mishapsOf = (shardOf: (random: Random) => Shard): readonly Mishap[] => [
  { name: 'Redis was killed', happen: (random) => restart(shardOf(random)) },
  { name: 'a replica was promoted', happen: (random) => promote(shardOf(random)) },
  { name: 'Redis stood still', happen: (random) => pause(shardOf(random), random.between(300, 3000)) },
];

/** Back before it is replaced. */
async function restart(shard: Shard): Promise<void> {
  const primary = await shard.primary();
  await primary.kill();
  await primary.restart();
  await whole(shard);
}

/** The primary is gone until another one stands in its place. */
async function promote(shard: Shard): Promise<void> {
  const primary = await shard.primary();
  await primary.kill();
  await until(async () => (await shard.primary()).port !== primary.port);
  await primary.restart();
  await whole(shard);
}

async function pause(shard: Shard, time: number): Promise<void> {
  const primary = await shard.primary();
  primary.pause();
  await after(time);
  primary.resume();
  await whole(shard);
}

/** Whoever is the primary has a replica that takes what is written. */
async function whole(shard: Shard): Promise<void> {
  const taken = async (redis: Redis): Promise<number> => {
    await write(redis);
    return redis.wait(1, 100);
  };
  await until(async () => {
    const primary = await shard.primary();
    return (await asking(primary, taken).catch(() => 0)) > 0; // it may not be the primary any more
  });
}

/** Of the servers of a shard the one that says so; asked again while nobody does. */
async function masterOf(servers: readonly OwnRedis[]): Promise<OwnRedis> {
  for (;;) {
    for (const server of servers) {
      const role = (redis: Redis): Promise<unknown[]> => redis.call('ROLE') as Promise<unknown[]>;
      const [is] = await asking(server, role).catch(() => ['away']);
      if (is === 'master') return server;
    }
    await after(20);
  }
}

async function asking<Answer>({ port }: OwnRedis, ask: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => null, commandTimeout: 1000 });
  redis.on('error', () => {}); // told by what is asked
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
