// The registry: every program that a suite can require, by name.
import { activemq } from './activemq.ts';
import { chromium } from './chromium.ts';
import { haproxy } from './haproxy.ts';
import { mongodb } from './mongodb.ts';
import { mount } from './mount.ts';
import { openssl } from './openssl.ts';
import type { Program } from './program.ts';
import { rabbitmqServer } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { redisServer } from './redis-server.ts';
import { strace } from './strace.ts';

export const programs = {
  activemq,
  chromium,
  haproxy,
  mongodb,
  mount,
  openssl,
  'rabbitmq-server': rabbitmqServer,
  redis,
  'redis-server': redisServer,
  strace,
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;
