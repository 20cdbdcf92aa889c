// What the chat page is told of the service that serves it.
import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { addPage } from '../../src/chat/page.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { Policies } from '../../src/message/policies.ts';

const log = pino({ level: 'silent' });

it('the page is told the endpoint and the prefixes that are configured, and no cache keeps them', async () => {
  const http = Fastify();
  const config = resolveConfig({
    endpoints: ['/stomp', '/ws'],
    appPrefix: '/do',
    brokerPrefixes: ['/queue', '/rooms'],
    userPrefix: '/me',
    awayAfter: 60_000,
  });
  addPage({ http, config, policies: new Policies(), log });
  const { headers, ...answer } = await http.inject('/stompwire.json');
  expect(answer.json()).toEqual({
    endpoint: '/stomp',
    appPrefix: '/do',
    topicPrefix: '/rooms',
    userPrefix: '/me',
    resume: false,
    signIn: 'name',
    open: true,
    awayAfter: 60_000,
    features: [],
  });
  expect(headers['cache-control']).toBe('no-store');
  await http.close();
});

it('the page is told that rooms can be resumed, where they are logged', async () => {
  const http = Fastify();
  const policies = new Policies().add({ pattern: '/topic/chat-room/*' });
  addPage({ http, config: resolveConfig({}), policies, log });
  expect((await http.inject('/stompwire.json')).json()).toMatchObject({ resume: true });
  await http.close();
});
