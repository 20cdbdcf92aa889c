// Heart-beats over real connections: one wheel turns for all of them, and none has a timer of its own.
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServer, type Server } from '../../src/index.ts';

let server: Server;
beforeAll(async () => {
  server = createServer({
    ...{ port: 0, stompPort: 0, logLevel: 'silent' },
    ...{ heartbeatSend: 200, heartbeatReceive: 200 },
  });
  await server.start();
});
afterAll(() => server.close());

async function connected(): Promise<Socket> {
  const { hostname, port } = new URL(server.addresses.stomp!);
  const socket = connect(Number(port), hostname);
  socket.write('CONNECT\naccept-version:1.2\nheart-beat:200,200\n\n\0');
  await once(socket, 'data');
  return socket;
}

it('a hundred connections with heart-beats both ways set no timers', async () => {
  let timers = 0;
  const hook = createHook({ init: (_id, type) => void (type === 'Timeout' && timers++) }).enable();
  // each is listened to at once: none of them beats, so all are told goodbye soon
  const beaten = async (): Promise<Socket> => {
    const client = await connected();
    await once(client, 'data');
    return client;
  };
  const clients = await Promise.all(Array.from({ length: 100 }, beaten));
  hook.disable();
  expect(timers).toBeLessThan(10);
  for (const client of clients) client.destroy();
});

it('beats come within the interval that the client asked for, while the client beats as it promised', async () => {
  const client = await connected();
  let bytes = '';
  client.on('data', (chunk) => {
    bytes += chunk;
    client.write('\n');
  });
  while (bytes.length < 8) await once(client, 'data');
  expect(bytes).toMatch(/^\n+$/);
  client.destroy();
});

it('a client that says nothing is told after three times its promise, and not before', async () => {
  const client = await connected();
  const start = performance.now();
  let bytes = '';
  client.on('data', (chunk) => {
    bytes += chunk;
  });
  await once(client, 'close');
  expect(bytes).toMatch(/^\n+ERROR\n(.*\n)*code:heart-beat-timeout\n/);
  expect(performance.now() - start).toBeGreaterThan(500);
});
