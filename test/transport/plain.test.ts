// The plain WebSocket endpoint: texts in, texts out to everybody, and nothing of STOMP for its clients to see.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Config, createServer, type Server, type ServerParts } from '../../src/index.ts';
import { Arrivals } from '../e2e/clients/arrivals.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serving(
  options: Partial<Config> = {},
  parts: ServerParts = {},
  prepare: (server: Server) => void = () => {},
): Promise<Server> {
  const quiet = { port: 0, stompPort: 'off', ops: 0, logLevel: 'silent', plainEndpoint: '/room' } as const;
  const server = createServer({ ...quiet, ...options }, parts);
  prepare(server);
  await server.start();
  open.push(server);
  return server;
}

/** A client of the kind: a WebSocket, and what it was told. */
class Visitor {
  readonly texts = new Arrivals<string>();
  readonly pings = new Arrivals<string>();
  readonly webSocket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(server: Server, headers: Record<string, string> = {}, path = '/room') {
    this.webSocket = new WebSocket(server.addresses.http.replace('http', 'ws') + path, { headers });
    this.webSocket.on('message', (data: Buffer, binary) =>
      this.texts.push(binary ? data.toString('hex') : data.toString()),
    );
    this.webSocket.on('ping', () => this.pings.push('ping'));
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code, reason) => resolve({ code, reason: `${reason}` }));
    });
  }

  send(data: string | Buffer): void {
    this.webSocket.send(data);
  }
}

/** Who is in: it was heard, so that its subscription holds. */
async function visitor(server: Server, headers?: Record<string, string>): Promise<Visitor> {
  const came = new Visitor(server, headers);
  open.push({ close: () => came.webSocket.terminate() });
  await once(came.webSocket, 'open');
  return came;
}

async function refusal(server: Server, headers: Record<string, string> = {}, path?: string): Promise<number> {
  const { webSocket } = new Visitor(server, headers, path);
  webSocket.on('error', () => {});
  const [, response] = await once(webSocket, 'unexpected-response');
  return (response as { statusCode: number }).statusCode;
}

async function figure(server: Server, name: string): Promise<number> {
  const text = await (await fetch(`${server.addresses.ops}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1));
}

describe('a text', () => {
  it('goes to everybody who is there, its sender too, behind the prefix', async () => {
    const server = await serving({ plainPrefix: 'Server received: ' });
    const all = [await visitor(server), await visitor(server), await visitor(server)];
    all[0]!.send('안녕하세요');
    all[0]!.send('');
    for (const { texts } of all)
      expect(await texts.count(2)).toEqual(['Server received: 안녕하세요', 'Server received: ']);
    expect(await figure(server, 'stompwire_plain_texts_total')).toBe(2);
  });

  it('comes as it was said where there is no prefix, frames of STOMP and ends of lines included', async () => {
    const server = await serving();
    const one = await visitor(server);
    const texts = ['{"a":1}', 'SEND\ndestination:/topic/x\n\nx\0', '\n', '\r\n', 'x'.repeat(70_000)];
    for (const text of texts) one.send(text);
    expect(await one.texts.count(texts.length)).toEqual(texts);
  });

  it('keeps its place among those of one sender', async () => {
    const server = await serving();
    const [one, other] = [await visitor(server), await visitor(server)];
    const said = Array.from({ length: 500 }, (_, at) => `${at}`);
    for (const text of said) one.send(text);
    expect(await other.texts.count(500)).toEqual(said);
  });

  it('does not come back to who sent it where plainEcho is off', async () => {
    const server = await serving({ plainEcho: false });
    const [one, other] = [await visitor(server), await visitor(server)];
    one.send('from one');
    await other.texts.count(1);
    other.send('from other');
    expect(await one.texts.count(1)).toEqual(['from other']);
    expect(other.texts.all).toEqual(['from one']);
  });

  it('is a message of a topic for the rest of the server', async () => {
    const server = await serving({ brokerPrefixes: ['/queue', '/subscribe'], appPrefix: '/publish' });
    const heard = new Arrivals<string>();
    await server.listen('/subscribe/plain/room', ({ body }) => heard.push(`${body}`));
    const one = await visitor(server);
    one.send('up');
    expect(await heard.count(1)).toEqual(['up']);
    await one.texts.count(1);
    await server.publish('/subscribe/plain/room', 'down');
    await server.publish('/subscribe/plain/room', Buffer.of(0xff, 0xfe));
    expect(await one.texts.count(3)).toEqual(['up', 'down', 'fffe']);
  });
});

describe('what is no text', () => {
  it.each([
    ['bytes', 0x82, Buffer.from('x'), 1003],
    ['a text that is not UTF-8', 0x81, Buffer.of(0xff), 1007],
  ])(
    '%s: ends the connection with the code for that, and reaches nobody',
    async (_, first, payload, code) => {
      const server = await serving();
      const [one, other] = [await visitor(server), await visitor(server)];
      const socket = (one.webSocket as unknown as { _socket: Socket })._socket;
      socket.write(Buffer.concat([Buffer.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]));
      expect(await one.closed).toMatchObject({ code });
      other.send('still here');
      expect(await other.texts.count(1)).toEqual(['still here']);
    },
  );

  it('a text above maxFrameBytes: 1009', async () => {
    const server = await serving({ maxFrameBytes: 1024 });
    const one = await visitor(server);
    one.send('x'.repeat(1025));
    expect(await one.closed).toMatchObject({ code: 1009 });
  });
});

describe('who comes', () => {
  it('is refused from a strange origin, and at other paths', async () => {
    const server = await serving({ origins: ['https://chat.example'] });
    expect(await refusal(server, { origin: 'https://evil.example' })).toBe(403);
    expect(await refusal(server, {}, '/room/x')).toBe(404);
    expect(await refusal(server, {}, '/roo')).toBe(404);
    const one = await visitor(server, { origin: 'https://chat.example' });
    one.send('in');
    expect(await one.texts.count(1)).toEqual(['in']);
  });

  it('has to prove a name where the service asks for that', async () => {
    const names: string[] = [];
    const server = await serving(
      {},
      {
        authenticator: {
          proves: true,
          authenticate: ({ login, passcode }) => {
            if (login === undefined || passcode !== 'right') throw new Error('nobody');
            names.push(login);
            return { name: login, roles: [], authenticated: true };
          },
        },
      },
    );
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    for (const headers of [{}, basic('ann:wrong'), { authorization: 'Basic !' }]) {
      const stranger = new Visitor(server, headers);
      await stranger.closed;
      expect(stranger.texts.all).toEqual([]);
    }
    const ann = await visitor(server, basic('ann:right'));
    ann.send('it is me');
    expect(await ann.texts.count(1)).toEqual(['it is me']);
    expect(names).toEqual(['ann']);
  });

  it('is held to the rules of its destination', async () => {
    const server = await serving({}, {}, ({ rules }) =>
      rules.deny.send('/topic/plain/room', 'nobody speaks here'),
    );
    const one = await visitor(server);
    one.send('x');
    expect(await one.closed).toMatchObject({ reason: expect.stringContaining('nobody speaks here') });
    expect(await figure(server, 'stompwire_errors_total{code="denied"}')).toBe(1);
  });

  it('is counted among the sessions, and refused when there are too many', async () => {
    const server = await serving({ maxSessions: 1 });
    const one = await visitor(server);
    expect(await figure(server, 'stompwire_sessions')).toBe(1);
    const tooMany = new Visitor(server);
    expect((await tooMany.closed).reason).toContain('maxSessions=1');
    one.webSocket.close(1000);
    expect(await one.closed).toMatchObject({ code: 1000 });
    await expect.poll(() => figure(server, 'stompwire_sessions')).toBe(0);
  });

  it('is pinged as often as heart-beats are sent, and told of nothing else', async () => {
    const server = await serving({ heartbeatSend: 100 });
    const one = await visitor(server);
    await one.pings.count(3);
    expect(one.texts.all).toEqual([]);
  });

  it('is cut when it does not read, and holds nobody up', async () => {
    const server = await serving({ outboxBytes: 64 * 1024, closeTimeout: 100 });
    const [reader, lazy] = [await visitor(server), await rawVisitor(server)];
    lazy.pause();
    const text = 'x'.repeat(60_000);
    let sent = 0;
    while ((await figure(server, 'stompwire_errors_total{code="slow-client"}')) !== 1) {
      for (let i = 0; i < 20; i++) reader.send(text);
      sent += 20;
      await reader.texts.count(sent);
    }
    await expect.poll(() => figure(server, 'stompwire_sessions')).toBe(1);
  });

  it('is sent away with 1012 when the server goes', async () => {
    const server = await serving();
    const one = await visitor(server);
    one.send('x');
    await one.texts.count(1);
    await server.close();
    expect(await one.closed).toMatchObject({ code: 1012 });
  });
});

/** A client whose socket the test has in its hand. */
async function rawVisitor(server: Server): Promise<Socket> {
  const { hostname, port } = new URL(server.addresses.http);
  const socket = connect(Number(port), hostname);
  open.push({ close: () => socket.destroy() });
  socket.write(
    `GET /room HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
}
