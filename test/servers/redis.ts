// A Redis that suites share: each keeps to a prefix of its own, and none may stop it.
import type { Program } from './program.ts';
import { redisArgs, redisReady, redisServer } from './redis-server.ts';
import { inDocker, namedBy, started } from './ways.ts';

const server = {
  args: (port: number) => redisArgs(port),
  ready: redisReady,
  url: (port: number) => `redis://127.0.0.1:${port}`,
};

export const redis: Program = {
  name: 'redis',
  variable: 'REDIS_URL',
  ways: [
    namedBy('REDIS_URL'),
    started(redisServer.ways[1]!, server),
    inDocker('redis:7', 6379, server.ready, server.url),
    started(redisServer.ways[2]!, server),
  ],
  mend: 'install redis-server 7 (Debian: apt-get install redis-server), or set REDIS_URL to a Redis that tests may fill',
};
