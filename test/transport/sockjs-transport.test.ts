// STOMP over SockJS between the two ports: which requests are taken, and how each side hears of the other's end.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimingWheel } from '../../src/sockjs.ts';
import { wrap } from '../../src/transport/framing.ts';
import { SockJsTransport } from '../../src/transport/sockjs-transport.ts';
import { Recorder } from '../contracts/transport-sides.ts';
import { listen, openOptions } from '../sockjs-server.ts';
import { freshPath } from './sockjs/endpoint.ts';
import { ask, RawHttp, stream } from './sockjs/raw-http.ts';

let now = 1000;
let wheel: TimingWheel;
let transport: SockJsTransport;
let server: Server;
let url: string;
let accepted: Recorder[];

beforeEach(async () => {
  wheel = new TimingWheel(() => now);
  transport = new SockJsTransport(['/ws', '/ws-connect'], {
    ...openOptions('', wheel),
    rawWebsocket: false,
    bufferBytes: 1000,
  });
  accepted = [];
  await transport.start((connection, handshake) => {
    const recorder = new Recorder(connection, handshake);
    accepted.push(recorder);
    return recorder;
  });
  server = createServer((request, response) => {
    if (!transport.handle(request, response)) response.writeHead(418).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!transport.upgrade(request, socket as Socket, head)) socket.end('HTTP/1.1 418 Not Mine\r\n\r\n');
  });
  url = await listen(server, 0);
});
afterEach(() => {
  transport.close();
  server.close();
  server.closeAllConnections();
});

const headers = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
};
/** The status that an upgrade is answered with. */
const upgrade = async (path: string): Promise<number> => {
  const { head, http } = await stream('GET', url + path, { headers });
  http.close();
  return head.status;
};
const post = (path: string, body = '') => ask('POST', url + path, { body });
/** A session that one poll has opened. */
const opened = async (): Promise<{ path: string; session: Recorder }> => {
  const path = `/ws${freshPath()}`;
  expect((await post(`${path}/xhr`)).body).toBe('o\n');
  return { path, session: accepted.at(-1)! };
};

describe('which requests are taken', () => {
  it('those under each endpoint, and no others', async () => {
    for (const prefix of ['/ws', '/ws-connect']) {
      expect((await post(`${prefix}${freshPath()}/xhr`)).body).toBe('o\n');
      expect(accepted.at(-1)!.handshake!.path).toMatch(new RegExp(`^${prefix}/000/`));
    }
    for (const path of ['/', '/w', '/wss/info', '/other/info'])
      expect((await ask('GET', url + path)).status).toBe(418);
  });

  it('upgrades of sessions, and not those of plain WebSocket', async () => {
    expect(await upgrade(`/ws${freshPath()}/websocket`)).toBe(101);
    for (const path of ['/ws', '/ws/websocket', '/other']) expect(await upgrade(path)).toBe(418);
    expect(accepted.map(({ connection }) => connection.framing.name)).toEqual(['sockjs-websocket']);
  });

  it('those of sessions that are open, once it is stopped', async () => {
    const { path, session } = await opened();
    await transport.stop();
    expect((await post(`/ws${freshPath()}/xhr`)).status).toBe(503);
    expect(await upgrade(`/ws${freshPath()}/websocket`)).toBe(503);
    expect((await post(`${path}/xhr_send`, '["still here"]')).status).toBe(204);
    expect(session.bytes.toString()).toBe('still here');
    expect(accepted).toHaveLength(1);
  });
});

describe('a session', () => {
  it('hears text as UTF-8, message by message', async () => {
    const { path, session } = await opened();
    await post(`${path}/xhr_send`, JSON.stringify(['SEND\n', '한국어\0']));
    expect(session.chunks.map(String)).toEqual(['SEND\n', '한국어\0']);
    expect(session.connection.peer).toMatchObject({ transport: 'sockjs', address: '127.0.0.1' });
  });

  it('hears of a client that does not come back as of a broken connection', async () => {
    const { session } = await opened();
    for (const until = now + 10_000; now < until; now += 500) wheel.advance();
    await session.until(() => session.ends.length > 0);
    expect(session.ends).toMatchObject([{ code: 1006 }]);
  });

  it('hears the same of a response that is cut off, and its client that it is over', async () => {
    const path = `/ws${freshPath()}`;
    const { http } = await stream('POST', `${url}${path}/xhr_streaming`);
    const session = accepted.at(-1)!;
    http.close();
    await session.until(() => session.ends.length > 0);
    expect(session.ends).toMatchObject([{ code: 1006 }]);
    expect((await post(`${path}/xhr`)).body).toBe('c[1002,"Connection interrupted"]\n');
  });

  it('hears its own code of a close, be it one that SockJS uses', async () => {
    const { path, session } = await opened();
    session.connection.close(1002, 'no STOMP');
    expect((await post(`${path}/xhr`)).body).toBe('c[1002,"no STOMP"]\n');
    await session.until(() => session.ends.length > 0);
    expect(session.ends).toEqual([{ code: 1002, reason: 'no STOMP' }]);
  });

  it('hears that too much waited', async () => {
    const { path, session } = await opened();
    session.connection.write(wrap(session.connection.framing, Buffer.alloc(1001, 'x')));
    await session.until(() => session.ends.length > 0);
    expect(session.ends).toMatchObject([{ code: 4500 }]);
    expect((await post(`${path}/xhr`)).body).toMatch(/^c\[4500,/);
  });

  it('is asked for more when its client comes, so that one answer takes all that waits', async () => {
    const { path, session } = await opened();
    const write = (text: string): void =>
      session.connection.write(wrap(session.connection.framing, Buffer.from(text)));
    write('first');
    const http = new RawHttp(url);
    session.drained = () => {
      if (session.connection.unsent > 0) write('second');
    };
    const body = await http.body(await http.request('POST', `${path}/xhr`));
    http.close();
    expect(body).toBe('a["first","second"]\n');
  });
});
