// The plain endpoint in an application: behind its prefix, through its hooks.
import { once } from 'node:events';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { stompwire } from '../../src/fastify.ts';
import { webSocketUrl } from './page.ts';

it('takes plain WebSockets behind the prefix, once the hooks of the application have run', async () => {
  const application = Fastify();
  const seen: string[] = [];
  application.addHook('onRequest', async ({ url }) => void seen.push(url));
  await application.register(stompwire, {
    ...{ allowAnonymous: true, closeTimeout: 100, prefix: '/live' },
    ...{ plainEndpoint: '/room', plainPrefix: '> ' },
  });
  const address = await application.listen({ port: 0, host: '127.0.0.1' });
  const socket = new WebSocket(webSocketUrl(address, '/live/room'));
  try {
    await once(socket, 'open');
    socket.send('hello');
    const [data] = await once(socket, 'message');
    expect([String(data), seen]).toEqual(['> hello', ['/live/room']]);
  } finally {
    socket.terminate();
    await application.close();
  }
});
