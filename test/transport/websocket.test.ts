// What is WebSocket's own in its transport: the upgrade, subprotocols, message types, close codes and limits.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { wrap } from '../../src/transport/framing.ts';
import type { Connection, Handshake } from '../../src/transport/transport.ts';
import { WebSocketTransport } from '../../src/transport/websocket.ts';

const http = createServer();
const transport = new WebSocketTransport(http, {
  endpoints: ['/ws', '/stomp'],
  maxMessageBytes: 1000,
  guard: ({ origin }) => (origin === 'http://evil.example' ? 'no such origin' : undefined),
  peerOf: () => ({ transport: 'websocket', address: 'from the proxy', secure: true }),
});
let accepted: { connection: Connection; handshake: Handshake | undefined }[];
let received: string[];
let codes: number[];
let open: (WebSocket | Socket)[];

beforeEach(async () => {
  accepted = [];
  received = [];
  codes = [];
  open = [];
  await transport.start((connection, handshake) => {
    accepted.push({ connection, handshake });
    const [mine, own] = [received, codes];
    return {
      received: (chunk) => mine.push(chunk.toString()),
      drained: () => {},
      closed: (code) => own.push(code),
    };
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});

afterEach(async () => {
  for (const one of open) one instanceof WebSocket ? one.terminate() : one.destroy();
  await transport.stop();
  http.removeAllListeners('upgrade');
  http.close();
  http.closeAllConnections();
  await once(http, 'close');
});

const port = (): number => (http.address() as AddressInfo).port;

function client(path: string, protocols: string[] = [], origin?: string): WebSocket {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port()}${path}`, protocols, origin ? { origin } : {});
  webSocket.on('error', () => {});
  open.push(webSocket);
  return webSocket;
}

async function refusalOf(webSocket: WebSocket): Promise<{ status: number; text: string }> {
  const [, response] = (await once(webSocket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, text: Buffer.concat(chunks).toString() };
}

describe('the upgrade', () => {
  it.each(['/ws', '/ws/websocket', '/stomp', '/stomp/websocket', '/ws?token=x'])(
    'is taken at %s',
    async (path) => {
      await once(client(path), 'open');
      expect(accepted).toHaveLength(1);
    },
  );

  it('tells the session the path, the query and the headers, and who is behind the proxy', async () => {
    await once(client('/ws?token=x&y'), 'open');
    expect(accepted[0]!.handshake).toMatchObject({
      path: '/ws',
      query: '?token=x&y',
      headers: { upgrade: 'websocket' },
    });
    expect(accepted[0]!.connection.peer).toEqual({
      transport: 'websocket',
      address: 'from the proxy',
      secure: true,
    });
  });

  it.each(['/', '/wss', '/ws/', '/ws/other', '/topic'])('is refused with 404 at %s', async (path) => {
    expect(await refusalOf(client(path))).toEqual({ status: 404, text: 'no endpoint here\n' });
  });

  it('is refused with 403 and the reason when the guard says no', async () => {
    expect(await refusalOf(client('/ws', [], 'http://evil.example'))).toEqual({
      status: 403,
      text: 'no such origin\n',
    });
  });

  it('is refused with 503 once the transport has stopped', async () => {
    await transport.stop();
    expect(await refusalOf(client('/ws'))).toMatchObject({ status: 503 });
    expect(transport.addresses).toEqual([]);
  });

  it('leaves no socket behind when it is refused, though the client keeps its side open', async () => {
    const closed = new Promise((resolve) =>
      http.once('connection', (socket) => socket.once('close', resolve)),
    );
    const socket = connect({ port: port(), host: '127.0.0.1', allowHalfOpen: true });
    open.push(socket);
    socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 404 Not Found\r\n/);
    await closed;
  });

  it.each([
    [['v12.stomp', 'v11.stomp', 'v10.stomp'], 'v12.stomp'],
    [['v10.stomp', 'v12.stomp'], 'v10.stomp'],
    [['mqtt', 'v11.stomp'], 'v11.stomp'],
    [[], ''],
  ])('of the subprotocols %j takes %j', async (offered, taken) => {
    const webSocket = client('/ws', offered);
    await once(webSocket, 'open');
    expect(webSocket.protocol).toBe(taken);
  });

  it("is told at every endpoint's address", () => {
    expect(transport.addresses).toEqual([`ws://127.0.0.1:${port()}/ws`, `ws://127.0.0.1:${port()}/stomp`]);
  });
});

describe('an open connection', () => {
  it('takes text, binary and empty messages, and answers pings', async () => {
    const webSocket = client('/ws');
    await once(webSocket, 'open');
    webSocket.send('text');
    webSocket.send(Buffer.from('binary'));
    webSocket.send('');
    webSocket.ping('are you there');
    const [answer] = (await once(webSocket, 'pong')) as [Buffer];
    expect(answer.toString()).toBe('are you there');
    expect(received.filter((text) => text !== '')).toEqual(['text', 'binary']);
  });

  it('closes with 1009 when a message is larger than the limit', async () => {
    const webSocket = client('/ws');
    await once(webSocket, 'open');
    webSocket.send('a'.repeat(1001));
    expect((await once(webSocket, 'close'))[0]).toBe(1009);
    expect(received).toEqual([]);
  });

  it('closes with 1002 when a frame is no WebSocket frame', async () => {
    const socket = connect(port(), '127.0.0.1');
    open.push(socket);
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(socket, 'data');
    socket.write(Buffer.of(0x81, 0x01, 0x61)); // not masked, as a client's frames must be
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer).toEqual(Buffer.of(0x88, 2, 0x03, 0xea));
  });

  it('tells the code and the reason of its close, cut to what a close frame holds', async () => {
    const reasons = ['denied', '', 'a'.repeat(123), 'a'.repeat(124), '한'.repeat(42), '😀'.repeat(40)];
    const heard: string[] = [];
    for (const reason of reasons) {
      const webSocket = client('/ws');
      await once(webSocket, 'open');
      accepted.at(-1)!.connection.close(4500, reason);
      const [code, told] = (await once(webSocket, 'close')) as [number, Buffer];
      expect(code).toBe(4500);
      heard.push(told.toString());
    }
    expect(heard).toEqual([
      'denied',
      '',
      'a'.repeat(123),
      `${'a'.repeat(120)}...`,
      `${'한'.repeat(40)}...`,
      `${'😀'.repeat(30)}...`,
    ]);
  });

  it('tells the session the code with which the client closed', async () => {
    const webSocket = client('/ws');
    await once(webSocket, 'open');
    webSocket.close(4999);
    await once(webSocket, 'close');
    expect(codes).toEqual([4999]);
  });

  it('sends text as text and bytes as bytes, one message per frame in one write', async () => {
    const webSocket = client('/ws');
    await once(webSocket, 'open');
    const kinds: [string, boolean][] = [];
    webSocket.on('message', (data: Buffer, isBinary) => kinds.push([data.toString('latin1'), isBinary]));
    const { connection } = accepted[0]!;
    connection.write(
      Buffer.concat([Buffer.from('one'), Buffer.of(0xff)].map((frame) => wrap(connection.framing, frame))),
    );
    connection.close(1000, '');
    await once(webSocket, 'close');
    expect(kinds).toEqual([
      ['one', false],
      ['\xff', true],
    ]);
  });
});
