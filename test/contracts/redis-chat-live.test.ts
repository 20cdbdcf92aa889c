// What a chat shares for a while keeps the contract of its port in a real Redis, under Sentinel and in a cluster.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisLive } from '../../src/chat/repositories/redis.ts';
import { startCluster, startGroup, until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { type LiveKind, liveRepositoryContract } from './live-repository.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const program = requires('redis-server');
let prefix = 0;

/** Each test has a prefix of its own. */
const kindOf = (name: string, urlOf: () => string): LiveKind => ({
  name,
  open: async () => {
    const url = `${urlOf()}?prefix=t${prefix++}`;
    const repository = new RedisLive(url);
    await repository.open();
    const again = async (): Promise<RedisLive> => {
      await repository.close();
      const later = new RedisLive(url);
      await later.open();
      return later;
    };
    return { repository, again, close: () => repository.close() };
  },
});

describe.runIf(program)('over Redis', () => {
  const groups = {
    redis: async () => startRedis(program!),
    'redis+sentinel': async () => startGroup(program!),
    'redis+cluster': async () => startCluster(program!),
  };
  describe.each(Object.entries(groups))('%s', (name, start) => {
    let group: { readonly url: string; stop(): Promise<void> };
    beforeAll(async () => {
      group = await start();
    });
    afterAll(() => group.stop());

    liveRepositoryContract(kindOf(name, () => group.url));
  });

  describe('that is away', () => {
    let redis: OwnRedis;
    beforeEach(async () => {
      redis = await startRedis(program!);
    });
    afterEach(() => redis.stop());

    it('refuses in time, and goes on when it is back', async () => {
      const live = new RedisLive(redis.url);
      await live.open();
      await redis.kill('SIGKILL');
      await expect(live.notices.begin('r', 1)).rejects.toMatchObject({ code: 'relay-unavailable' });
      await redis.restart();
      await until(async () => (await live.notices.begin('r', 2).catch(() => 0)) === 2);
      await live.close();
      await expect(live.notices.through('r')).rejects.toMatchObject({ code: 'relay-unavailable' });
    });
  });
});
