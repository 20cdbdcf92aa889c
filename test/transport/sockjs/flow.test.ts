// The flow of bytes through a connection: prepared runs, clients that do not read, pauses, and when the application hears.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { quote } from '../../../src/sockjs.ts';
import { webSocketFraming, wrap } from '../../../src/transport/framing.ts';
import { freshPath, type Heard, TestEndpoint } from './endpoint.ts';
import { RawHttp } from './raw-http.ts';

let endpoint: TestEndpoint;
beforeEach(async () => {
  endpoint = await TestEndpoint.start({ bufferBytes: 64 * 1024 * 1024, responseLimit: 1024 * 1024 * 1024 });
});
afterEach(() => endpoint.stop());

const element = (text: string): Buffer => Buffer.from(`"${quote(text)}",`);
const large = 'x'.repeat(4 * 1024 * 1024);
/** More than both ends of a connection hold, also where the kernel knows from before how much that may be. */
const beyondBuffers = 'x'.repeat(12 * 1024 * 1024);

async function streaming(path = freshPath()): Promise<{ http: RawHttp; heard: Heard }> {
  const { http } = await endpoint.stream(`${path}/xhr_streaming`);
  expect(await http.chunk()).toBe('o\n');
  return { http, heard: endpoint.last };
}

describe('prepared bytes', () => {
  it('leave at once as one frame, and several runs that waited as one', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const { connection } = endpoint.last;
    connection.write(Buffer.concat([element('a'), element('"b"')]));
    connection.write(element('c'));
    expect(connection.unsent).toBe('"a","\\"b\\"","c",'.length);
    expect((await endpoint.post(`${path}/xhr`)).body).toBe('a["a","\\"b\\"","c"]\n');
    expect(connection.unsent).toBe(0);
  });

  it('may be shared between connections of several transports', async () => {
    const { http, heard } = await streaming();
    const events = new RawHttp(endpoint.url);
    await events.request('GET', `/app${freshPath()}/eventsource`);
    await events.chunk();
    await events.chunk();
    for (const run of [Buffer.concat([element('1'), element('2')]), element('3')]) {
      for (const { connection } of [heard, endpoint.last]) connection.write(run);
      const frame = run.length > 5 ? 'a["1","2"]' : 'a["3"]';
      expect(await http.chunk()).toBe(`${frame}\n`);
      expect(await events.chunk()).toBe(`data: ${frame}\r\n\r\n`);
    }
    http.close();
    events.close();
  });

  it('are whole frames on a WebSocket', async () => {
    const socket = new WebSocket(`${endpoint.url.replace('http', 'ws')}/0/0/websocket`);
    expect(String((await once(socket, 'message'))[0])).toBe('o');
    expect(endpoint.last.connection.kind).toBe('websocket');
    endpoint.last.connection.write(wrap(webSocketFraming, Buffer.from('a["prepared"]')));
    expect(String((await once(socket, 'message'))[0])).toBe('a["prepared"]');
    socket.close();
    expect((await endpoint.last.end())[0]).toBe(1005);
  });

  it('make one frame of what was sent in a turn', async () => {
    const { http, heard } = await streaming();
    for (const text of ['a', 'b', 'c']) heard.connection.send(text);
    expect(await http.chunk()).toBe('a["a","b","c"]\n');
    http.close();
  });
});

describe('what connections are sent in one turn', () => {
  it('goes to each of them as it was sent, however alike it is', async () => {
    const clients = [await streaming(), await streaming(), await streaming()];
    const sent = [
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a', 'c'],
    ];
    for (const text of ['a', 'b', 'c'])
      for (const [i, texts] of sent.entries())
        if (texts.includes(text)) clients[i]!.heard.connection.send(text);
    for (const [i, texts] of sent.entries())
      expect(await clients[i]!.http.chunk()).toBe(`a${JSON.stringify(texts)}\n`);
    for (const [i, texts] of sent.entries()) clients[i]!.heard.connection.write(element(texts.join()));
    for (const [i, texts] of sent.entries())
      expect(await clients[i]!.http.chunk()).toBe(`a${JSON.stringify([texts.join()])}\n`);
    for (const { http } of clients) http.close();
  });
});

describe('a client that does not read', () => {
  it('makes bytes wait; the application hears once they are gone, and nothing is lost', async () => {
    const { http, heard } = await streaming();
    http.socket.pause();
    for (let i = 0; i < 4; i++) heard.connection.write(element(beyondBuffers + i));
    expect(heard.connection.unsent).toBeGreaterThan(beyondBuffers.length);
    expect(heard.drains).toBe(0);
    http.socket.resume();
    expect((await http.chunk()).endsWith('x0"]\n')).toBe(true);
    const rest = JSON.parse((await http.chunk()).slice(1)) as string[];
    expect(rest.map((text) => text.at(-1))).toEqual(['1', '2', '3']);
    await heard.until(({ drains }) => drains > 0);
    expect(heard.connection.unsent).toBe(0);
    expect(heard.drains).toBe(1);
    http.close();
  });

  it('over WebSocket is cut off when too much waits', async () => {
    const socket = new WebSocket(`${endpoint.url.replace('http', 'ws')}/0/0/websocket`);
    await once(socket, 'message');
    socket.pause();
    const { connection } = endpoint.last;
    for (let i = 0; i < 20; i++) connection.send(large);
    expect(await endpoint.last.end()).toEqual([4500, 'too much waits for this client']);
    socket.terminate();
  });
});

describe('a receiver that comes late', () => {
  it('takes in one frame what waited and what the application held back', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const { last } = endpoint;
    last.connection.write(element('waited'));
    const drained = last.drained.bind(last);
    last.drained = () => {
      drained();
      if (last.drains === 1) last.connection.write(element('held back'));
    };
    expect((await endpoint.post(`${path}/xhr`)).body).toBe('a["waited","held back"]\n');
    await last.until(({ drains }) => drains === 2);
    expect(last.connection.unsent).toBe(0);
  });
});

describe('a pause', () => {
  it('leaves the upload that caused it unanswered and the next one unread, until it is over', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const { last } = endpoint;
    const message = last.message.bind(last);
    last.message = (text) => {
      message(text);
      if (text === 'stop') last.connection.pause();
    };
    const uploads = [new RawHttp(endpoint.url), new RawHttp(endpoint.url)];
    const answers: number[] = [];
    const heads: Promise<unknown>[] = [];
    for (const [i, http] of uploads.entries()) {
      http.send('POST', `/app${path}/xhr_send`, { body: i === 0 ? '["stop","rest"]' : '["next"]' });
      heads.push(http.head().then(({ status }) => answers.push(status)));
      await endpoint.requested();
      if (i === 0) await last.until(({ messages }) => messages.length === 2);
    }
    await endpoint.get('/info');
    expect(last.messages).toEqual(['stop', 'rest']);
    expect(answers).toEqual([]);
    last.connection.resume();
    await last.until(({ messages }) => messages.length === 3);
    expect(last.messages).toEqual(['stop', 'rest', 'next']);
    await Promise.all(heads);
    expect(answers).toEqual([204, 204]);
    for (const http of uploads) http.close();
  });

  it('ends with the session: who waits is answered', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    endpoint.last.connection.pause();
    const http = new RawHttp(endpoint.url);
    http.send('POST', `/app${path}/xhr_send`, { body: '["x"]' });
    await endpoint.requested();
    endpoint.last.connection.close(3000, 'Go away!');
    expect((await http.head()).status).toBe(404);
    expect(endpoint.last.messages).toEqual([]);
    http.close();
  });
});

describe('uploads', () => {
  const begin = async (path: string, body: string, length: number): Promise<[RawHttp, IncomingMessage]> => {
    const http = new RawHttp(endpoint.url);
    const head = `POST /app${path}/xhr_send HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
    http.socket.write(head + body);
    return [http, await endpoint.requested()];
  };

  it('are delivered in the order in which they came, not in that in which they were finished', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const [first] = await begin(path, '["fi', 9);
    const [second] = await begin(path, '["second"]', 10);
    await endpoint.get('/info');
    expect(endpoint.last.messages).toEqual([]);
    first.socket.write('rst"]');
    for (const http of [first, second]) expect((await http.head()).status).toBe(204);
    expect(endpoint.last.messages).toEqual(['first', 'second']);
    for (const http of [first, second]) http.close();
  });

  it('that break off deliver nothing and block nothing, whether they were being read or waited', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const broken = [
      await begin(path, '["half', 99),
      await begin(path, '["half', 99),
      await begin(path, '["a"]', 5),
    ];
    const whole = endpoint.post(`${path}/xhr_send`, '["whole"]');
    await endpoint.requested();
    for (const [http, request] of broken.reverse()) {
      const closed = new Promise((resolve) => request.once('close', resolve));
      http.close();
      await closed;
    }
    expect((await whole).status).toBe(204);
    expect(endpoint.last.messages).toEqual(['whole']);
  });
});

describe('a receiver', () => {
  it('may carry a body, which is read and means nothing', async () => {
    const http = new RawHttp(endpoint.url);
    const body = Buffer.alloc(32 * 1024 * 1024);
    http.socket.write(
      `POST /app${freshPath()}/xhr_streaming HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await new Promise((resolve) => http.socket.write(body, resolve));
    expect((await http.head()).status).toBe(200);
    http.close();
  });

  it('that ended and is not taken does not keep its session, nor its socket', async () => {
    const strict = await TestEndpoint.start({ bufferBytes: 64 * 1024 * 1024, heartbeatDelay: 25_000 });
    const { http } = await strict.stream(`${freshPath()}/xhr_streaming`);
    await http.chunk();
    http.socket.pause();
    for (let i = 0; i < 4; i++) strict.last.connection.send(large);
    const gone = once(http.socket, 'close');
    await new Promise((resolve) => setImmediate(resolve));
    strict.pass(24_000);
    expect(strict.last.ends).toEqual([]);
    strict.pass(2000);
    expect(await strict.last.end()).toEqual([1006, 'the client did not come back']);
    http.socket.resume();
    await gone;
    expect(strict.sockjs.httpSessions).toBe(0);
    strict.stop();
  });
});

describe('polls that are answered and not read', () => {
  it('count as unsent all together, and end the session when too much waits', async () => {
    const strict = await TestEndpoint.start({ bufferBytes: 3 * large.length });
    const path = freshPath();
    await strict.post(`${path}/xhr`);
    const { connection } = strict.last;
    const sockets: RawHttp[] = [];
    for (let polls = 0; strict.last.ends.length === 0 && polls < 10; polls++) {
      const http = new RawHttp(strict.url);
      sockets.push(http);
      http.socket.pause();
      const requested = strict.requested();
      http.send('POST', `/app${path}/xhr`);
      await requested;
      const before = connection.unsent;
      connection.send(large);
      await new Promise((resolve) => setImmediate(resolve));
      if (strict.last.ends.length === 0) expect(connection.unsent).toBeGreaterThan(before);
    }
    expect((await strict.last.end())[0]).toBe(4500);
    for (const http of sockets) http.close();
    strict.stop();
  });

  it('tell the application when all of them were taken', async () => {
    const path = freshPath();
    await endpoint.post(`${path}/xhr`);
    const { connection } = endpoint.last;
    const http = new RawHttp(endpoint.url);
    http.socket.pause();
    const requested = endpoint.requested();
    http.send('POST', `/app${path}/xhr`);
    await requested;
    connection.write(element(large));
    expect(connection.unsent).toBeGreaterThan(0);
    expect(endpoint.last.drains).toBe(0);
    http.socket.resume();
    await endpoint.last.until(({ drains }) => drains > 0);
    expect(connection.unsent).toBe(0);
    http.close();
  });
});

describe('a WebSocket session', () => {
  it('beats when nothing was written for the delay', async () => {
    const socket = new WebSocket(`${endpoint.url.replace('http', 'ws')}/0/0/websocket`);
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    await once(socket, 'message');
    endpoint.pass(20_000);
    endpoint.last.connection.send('not silent');
    await once(socket, 'message');
    endpoint.pass(24_000);
    endpoint.last.connection.send('still not');
    await once(socket, 'message');
    endpoint.pass(25_000);
    await once(socket, 'message');
    expect(frames).toEqual(['o', 'a["not silent"]', 'a["still not"]', 'h']);
    socket.close();
    await endpoint.last.end();
    expect(endpoint.wheel.size).toBe(0);
  });

  it('is told when the endpoint closes', async () => {
    const socket = new WebSocket(`${endpoint.url.replace('http', 'ws')}/0/0/websocket`);
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    await once(socket, 'message');
    endpoint.sockjs.close();
    await once(socket, 'close');
    expect(frames).toEqual(['o', 'c[1001,"the server is shutting down"]']);
    expect(await endpoint.last.end()).toEqual([1001, 'the server is shutting down']);
  });
});
