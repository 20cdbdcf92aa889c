// Requests that ask for another protocol than WebSocket are requests like any other.
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { createServer } from '../../src/server.ts';

it('answers a request that offers HTTP/2 by an upgrade as plain HTTP', async () => {
  const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
  await server.start();
  const socket = connect(Number(new URL(server.addresses.http).port), '127.0.0.1');
  try {
    socket.write(
      'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n' +
        'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
    );
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (bytes) => resolve(`${bytes}`)),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  } finally {
    socket.destroy();
    await server.close();
  }
});
