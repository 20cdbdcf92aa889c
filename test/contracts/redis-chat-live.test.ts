// What a chat shares for a while keeps the contract of its port in a real Redis, under Sentinel and in a cluster.
import { Redis } from 'ioredis';
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

  describe('of its own', () => {
    let redis: OwnRedis;
    beforeEach(async () => {
      redis = await startRedis(program!);
    });
    afterEach(() => redis.stop());

    it('keeps nothing of what is gone', async () => {
      const live = new RedisLive(redis.url);
      const payload = { preview: 'hello' };
      const noticed = (user: string, id: string, number: number) => ({
        ...{ user, notice: { id, roomId: 'r', number, at: 1, payload }, postAt: 1 },
      });
      const kept = [
        noticed('kim', 'a', 1),
        noticed('kim', 'b', 2),
        noticed('kim', 'c', 3),
        noticed('lee', 'c', 3),
      ];
      await live.notices.begin('r', 0);
      await live.notices.commit([{ roomId: 'r', after: 0, through: 3, kept, dropped: [] }], 10);
      expect(await live.notices.due(1, 2, 9)).toHaveLength(4);
      await live.notices.drop('kim', ['a']);
      await live.notices.read('kim', 'r', 2);
      await live.notices.end('r');
      await live.close();
      const redisItself = new Redis(redis.port);
      expect(await redisItself.keys('*')).toEqual(['{stompwire:chat}:place']);
      redisItself.disconnect();
    });

    it('that is away refuses in time, and goes on when it is back', async () => {
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
