// The registry: every program that a suite can require, by name.
import { chromium } from './chromium.ts';
import { mongodb } from './mongodb.ts';
import { openssl } from './openssl.ts';
import type { Program } from './program.ts';
import { redis } from './redis.ts';
import { redisServer } from './redis-server.ts';

export const programs = { chromium, mongodb, openssl, redis, 'redis-server': redisServer } satisfies Record<
  string,
  Program
>;

export type ProgramName = keyof typeof programs;
