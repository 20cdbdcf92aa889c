// What a SockJS endpoint refuses beyond the protocol document: strangers, too much, too many, and all of it counted.
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { originGuard, type SockJsOptions } from '../../../src/sockjs.ts';
import { freshPath, TestEndpoint } from './endpoint.ts';
import { RawHttp } from './raw-http.ts';

let endpoint: TestEndpoint;
afterEach(() => endpoint.stop());

const counts = new Map<string, number>();
const metrics = {
  counter: (_name: string, _help: string, labels: Readonly<Record<string, string>> = {}) => ({
    add: (amount = 1) => void counts.set(labels.reason!, (counts.get(labels.reason!) ?? 0) + amount),
  }),
  gauge: () => {},
  histogram: () => ({ observe: () => {} }),
};

async function start(options: Partial<SockJsOptions> = {}): Promise<void> {
  counts.clear();
  endpoint = await TestEndpoint.start({ metrics, ...options });
}

async function opened(headers: Record<string, string> = {}): Promise<string> {
  const path = freshPath();
  expect((await endpoint.post(`${path}/xhr`, '', headers)).body).toBe('o\n');
  return path;
}

describe('a page of another origin', () => {
  const listed = (): Promise<void> =>
    start({ origins: ['https://a.example'], guard: originGuard(['https://a.example'], 'localhost') });

  it('is refused everywhere, and learns nothing', async () => {
    await listed();
    const headers = { Origin: 'https://b.example' };
    for (const path of ['', '/info', '/0/0/eventsource']) {
      const response = await endpoint.get(path, { headers });
      expect(response.status, path).toBe(403);
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await endpoint.post('/0/0/xhr', '', headers)).status).toBe(403);
    expect(counts.get('origin')).toBe(4);
    expect(endpoint.heard).toEqual([]);
  });

  it('is refused a WebSocket, in the words of old versions too', async () => {
    await listed();
    const url = `${endpoint.url.replace('http', 'ws')}/0/0/websocket`;
    for (const [protocolVersion, origin] of [
      [13, 'https://b.example'],
      [8, 'https://b.example'],
    ] as const) {
      const socket = new WebSocket(url, { protocolVersion, origin });
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => resolve('open'));
      });
      expect(status).toBe(403);
    }
  });

  it('that is listed may read answers and send cookies; one that is not named gets no star', async () => {
    await listed();
    const { headers } = await endpoint.get('/info', { headers: { Origin: 'https://a.example' } });
    expect(headers['access-control-allow-origin']).toBe('https://a.example');
    expect(headers['access-control-allow-credentials']).toBe('true');
    expect(headers.vary).toBe('Origin');
    const none = await endpoint.get('/info');
    expect(none.status).toBe(200);
    expect(none.headers['access-control-allow-origin']).toBeUndefined();
    expect(none.headers.vary).toBe('Origin');
  });
});

describe('jsonp', () => {
  it('is off unless it is switched on', async () => {
    await start({ jsonp: false });
    expect((await endpoint.get('/0/0/jsonp?c=x')).status).toBe(404);
    expect((await endpoint.post('/0/0/jsonp_send', '["x"]')).status).toBe(404);
  });
});

describe('too much', () => {
  it('in one upload is 413, announced or not, and the session goes on', async () => {
    await start({ maxMessageBytes: 100 });
    const path = await opened();
    const large = JSON.stringify(['x'.repeat(100)]);
    expect((await endpoint.post(`${path}/xhr_send`, large)).status).toBe(413);
    const chunked = new RawHttp(endpoint.url);
    const head = `POST /app${path}/xhr_send HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`;
    chunked.socket.write(`${head}${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`);
    expect((await chunked.head()).status).toBe(413);
    chunked.close();
    expect(counts.get('too-large')).toBe(2);
    expect((await endpoint.post(`${path}/xhr_send`, '["fits"]')).status).toBe(204);
    expect(endpoint.last.messages).toEqual(['fits']);
  });

  it('in one WebSocket message closes with 1009', async () => {
    await start({ maxMessageBytes: 100 });
    const socket = new WebSocket(`${endpoint.url.replace('http', 'ws')}/0/0/websocket`);
    socket.on('open', () => socket.send(JSON.stringify(['x'.repeat(100)])));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009);
  });

  it('that waits for a client closes its session, and is counted', async () => {
    await start({ bufferBytes: 1000 });
    const path = await opened();
    for (let i = 0; i < 11; i++) endpoint.last.connection.send('x'.repeat(100));
    expect(await endpoint.last.end()).toEqual([4500, 'too much waits for this client']);
    expect(counts.get('overflow')).toBe(1);
    expect((await endpoint.post(`${path}/xhr`)).body).toBe('c[4500,"too much waits for this client"]\n');
  });
});

describe('too many', () => {
  it('sessions: the opening request is told, and there is room again later', async () => {
    await start({ maxSessions: 2 });
    await opened();
    await opened();
    expect((await endpoint.post(`${freshPath()}/xhr`)).status).toBe(503);
    expect(counts.get('too-many-sessions')).toBe(1);
    endpoint.pass(6000);
    await opened();
  });

  it('none at all, when it is 0', async () => {
    await start({ maxSessions: 0 });
    expect((await endpoint.post(`${freshPath()}/xhr`)).status).toBe(503);
  });

  it('uploads of one session at once: the ninth is told to wait', async () => {
    await start();
    const path = await opened();
    endpoint.last.connection.pause();
    const waiting = Array.from({ length: 8 }, () => new RawHttp(endpoint.url));
    for (const [i, http] of waiting.entries()) {
      http.send('POST', `/app${path}/xhr_send`, { body: `["${i}"]` });
      await endpoint.requested();
    }
    expect((await endpoint.post(`${path}/xhr_send`, '["9"]')).status).toBe(503);
    expect(counts.get('busy-session')).toBe(1);
    expect(endpoint.last.messages).toEqual([]);
    endpoint.last.connection.resume();
    for (const http of waiting) expect((await http.head()).status).toBe(204);
    expect(endpoint.last.messages).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    for (const http of waiting) http.close();
  });
});

describe('a session', () => {
  it('that is unknown or over takes nothing, and that is counted', async () => {
    await start();
    expect((await endpoint.post(`${freshPath()}/xhr_send`, '["x"]')).status).toBe(404);
    const path = await opened();
    endpoint.last.connection.close(3000, 'Go away!');
    expect((await endpoint.post(`${path}/xhr_send`, '["x"]')).status).toBe(404);
    endpoint.pass(6000);
    expect((await endpoint.post(`${path}/xhr_send`, '["x"]')).status).toBe(404);
    expect(counts.get('unknown-session')).toBe(3);
  });

  it('of somebody else is none', async () => {
    await start();
    const path = await opened({ Cookie: 'user=alice; JSESSIONID=a' });
    for (const headers of [{ Cookie: 'user=mallory; JSESSIONID=a' }, {}]) {
      expect((await endpoint.post(`${path}/xhr_send`, '["x"]', headers)).status).toBe(404);
      expect((await endpoint.post(`${path}/xhr`, '', headers)).status).toBe(404);
    }
    expect(counts.get('other-owner')).toBe(4);
    expect(endpoint.last.messages).toEqual([]);
    const own = await endpoint.post(`${path}/xhr_send`, '["x"]', { Cookie: 'user=alice; JSESSIONID=b' });
    expect(own.status).toBe(204);
  });

  it('belongs to whom the application says', async () => {
    await start({ bindingOf: ({ headers }) => String(headers['x-user']) });
    const path = await opened({ 'X-User': 'alice', Cookie: 'a=1' });
    const upload = (headers: Record<string, string>): Promise<number> =>
      endpoint.post(`${path}/xhr_send`, '["x"]', headers).then(({ status }) => status);
    expect(await upload({ 'X-User': 'alice', Cookie: 'a=2' })).toBe(204);
    expect(await upload({ 'X-User': 'mallory', Cookie: 'a=1' })).toBe(404);
  });

  it('refused payloads and second receivers are counted', async () => {
    await start();
    const path = await opened();
    await endpoint.post(`${path}/xhr_send`, '["x');
    const { http } = await endpoint.stream(`${path}/xhr_streaming`);
    await endpoint.post(`${path}/xhr`);
    expect(counts).toEqual(
      new Map([
        ['bad-payload', 1],
        ['second-receiver', 1],
      ]),
    );
    http.close();
  });
});
