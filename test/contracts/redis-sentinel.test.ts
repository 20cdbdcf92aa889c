// The contracts of relays and logs, held against the relay over a group of Redis servers under Sentinel.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { type RedisGroup, startGroup } from '../servers/redis-groups.ts';
import { requires } from '../servers/requires.ts';
import { bindingsContract } from './bindings.ts';
import { claimsContract } from './claims.ts';
import { feedContract } from './feed.ts';
import { membersContract } from './members.ts';
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

describe.runIf(program)('over Redis under Sentinel', () => {
  let group: RedisGroup;
  let commands: Redis;
  const behind = () => ({ address: group.url, commands });
  beforeAll(async () => {
    group = await startGroup(program!);
    commands = new Redis(group.servers[0]!.port, '127.0.0.1');
  });
  afterAll(async () => {
    commands?.disconnect();
    await group?.stop();
  });

  relayContract({ name: 'redis-sentinel', open: async () => new RedisNodes(behind()) });
  feedContract({ name: 'redis-sentinel', open: async () => redisFeedPlace(group.url, 400) });
  logContract({ name: 'redis-sentinel', open: async (policies) => new RedisNodes(behind(), policies) });
  membersContract({ name: 'redis-sentinel', open: async () => new RedisMemberNodes(behind()) });
  queuesContract({ name: 'redis-sentinel', open: redisQueues(behind) });
  bindingsContract({ name: 'redis-sentinel', most: 12, open: redisBindings(behind) });
  redactedCopiesContract({ name: 'redis-sentinel', most: 12, open: redisBindings(behind) });
  redisCommitsContract('redis-sentinel', behind);
  claimsContract({ name: 'redis-sentinel', open: async () => new RedisClaimNodes(behind()) });
});
