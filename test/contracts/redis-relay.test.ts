// The contracts of relays and logs, held against the relay over a Redis.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { requires } from '../servers/requires.ts';
import { bindingsContract } from './bindings.ts';
import { claimsContract } from './claims.ts';
import { declaredBindingsContract } from './declared-bindings.ts';
import { declaredQueuesContract } from './declared-queues.ts';
import { membersContract } from './members.ts';
import { patternQueuesContract } from './pattern-queues.ts';
import { queuesContract } from './queues.ts';
import { redactedCopiesContract } from './redacted-copies.ts';
import { redisBindings } from './redis-bindings.ts';
import { RedisClaimNodes } from './redis-claims.ts';
import { redisCommitsContract } from './redis-commits.ts';
import { RedisMemberNodes } from './redis-members.ts';
import { RedisNodes } from './redis-nodes.ts';
import { redisQueues } from './redis-queues.ts';
import { relayContract } from './relay.ts';
import { logContract } from './relay-log.ts';

const url = requires('redis');

describe.runIf(url)('over a Redis', () => {
  let commands: Redis;
  beforeAll(() => {
    commands = new Redis(url!);
  });
  afterAll(() => commands.disconnect());

  relayContract({ name: 'redis', open: async () => new RedisNodes({ address: url!, commands }) });
  logContract({
    name: 'redis',
    open: async (policies) => new RedisNodes({ address: url!, commands }, policies),
  });
  membersContract({ name: 'redis', open: async () => new RedisMemberNodes({ address: url!, commands }) });
  queuesContract({ name: 'redis', open: redisQueues(() => ({ address: url!, commands })) });
  declaredQueuesContract({ name: 'redis', open: redisQueues(() => ({ address: url!, commands })) });
  patternQueuesContract({ name: 'redis', open: redisQueues(() => ({ address: url!, commands })) });
  bindingsContract({ name: 'redis', most: 12, open: redisBindings(() => ({ address: url!, commands })) });
  declaredBindingsContract({
    name: 'redis',
    most: 12,
    open: redisBindings(() => ({ address: url!, commands })),
  });
  redactedCopiesContract({
    name: 'redis',
    most: 12,
    open: redisBindings(() => ({ address: url!, commands })),
  });
  redisCommitsContract('redis', () => ({ address: url!, commands }));
  claimsContract({ name: 'redis', open: async () => new RedisClaimNodes({ address: url!, commands }) });
});
