// The contracts of relays and logs, held against the relay over a Redis Cluster of three masters.
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { type RedisCluster, startCluster } from '../servers/redis-groups.ts';
import { requires } from '../servers/requires.ts';
import { bindingsContract } from './bindings.ts';
import { claimsContract } from './claims.ts';
import { declaredBindingsContract } from './declared-bindings.ts';
import { declaredQueuesContract } from './declared-queues.ts';
import { feedContract } from './feed.ts';
import { membersContract } from './members.ts';
import { patternQueuesContract } from './pattern-queues.ts';
import { queuesContract } from './queues.ts';
import { redactedCopiesContract } from './redacted-copies.ts';
import { redisBindings } from './redis-bindings.ts';
import { RedisClaimNodes } from './redis-claims.ts';
import { redisCommitsContract } from './redis-commits.ts';
import { redisFeedPlace } from './redis-feed-place.ts';
import { RedisMemberNodes } from './redis-members.ts';
import { RedisNodes } from './redis-nodes.ts';
import { redisQueues } from './redis-queues.ts';
import { relayContract } from './relay.ts';
import { logContract } from './relay-log.ts';

const program = requires('redis-server');

describe.runIf(program)('over a Redis Cluster', () => {
  let cluster: RedisCluster;
  let commands: Cluster;
  const behind = () => ({ address: cluster.url, commands });
  beforeAll(async () => {
    cluster = await startCluster(program!);
    commands = new Cluster(cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port })));
  });
  afterAll(async () => {
    commands?.disconnect();
    await cluster?.stop();
  });

  relayContract({ name: 'redis-cluster', open: async () => new RedisNodes(behind()) });
  feedContract({ name: 'redis-cluster', open: async () => redisFeedPlace(cluster.url, 400) });
  logContract({ name: 'redis-cluster', open: async (policies) => new RedisNodes(behind(), policies) });
  membersContract({ name: 'redis-cluster', open: async () => new RedisMemberNodes(behind()) });
  queuesContract({ name: 'redis-cluster', open: redisQueues(behind) });
  declaredQueuesContract({ name: 'redis-cluster', open: redisQueues(behind) });
  patternQueuesContract({ name: 'redis-cluster', open: redisQueues(behind) });
  bindingsContract({ name: 'redis-cluster', most: 12, open: redisBindings(behind) });
  declaredBindingsContract({ name: 'redis-cluster', most: 12, open: redisBindings(behind) });
  redactedCopiesContract({ name: 'redis-cluster', most: 12, open: redisBindings(behind) });
  redisCommitsContract('redis-cluster', behind);
  claimsContract({ name: 'redis-cluster', open: async () => new RedisClaimNodes(behind()) });
});
