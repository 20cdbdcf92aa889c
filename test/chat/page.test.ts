// What the chat page is told of the service that serves it.
import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { addPage } from '../../src/chat/page.ts';
import { resolveConfig } from '../../src/config/config.ts';

it('the page is told the endpoint and the prefixes that are configured, and no cache keeps them', async () => {
  const http = Fastify();
  const config = resolveConfig({
    endpoints: ['/stomp', '/ws'],
    appPrefix: '/do',
    brokerPrefixes: ['/queue', '/rooms'],
    userPrefix: '/me',
  });
  addPage({ http, config, log: pino({ level: 'silent' }) });
  const { headers, ...answer } = await http.inject('/stompwire.json');
  expect(answer.json()).toEqual({
    endpoint: '/stomp',
    appPrefix: '/do',
    topicPrefix: '/rooms',
    userPrefix: '/me',
  });
  expect(headers['cache-control']).toBe('no-store');
  await http.close();
});
