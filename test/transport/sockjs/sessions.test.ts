// The life of an HTTP session: heart-beats, the time without a receiver, interruptions, and nothing left behind.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshPath, TestEndpoint } from './endpoint.ts';
import { ask, RawHttp, stream } from './raw-http.ts';

let endpoint: TestEndpoint;
beforeEach(async () => {
  endpoint = await TestEndpoint.start({ heartbeatDelay: 25_000, disconnectDelay: 5000 });
});
afterEach(() => endpoint.stop());

const poll = (path: string): Promise<string> => endpoint.post(`${path}/xhr`).then(({ body }) => body);

/** A poll that waits: sent, and arrived. */
async function waitingPoll(path: string): Promise<RawHttp> {
  const http = new RawHttp(endpoint.url);
  http.send('POST', `/app${path}/xhr`);
  await endpoint.requested();
  return http;
}

describe('heart-beats', () => {
  it('are sent to a stream that was silent for the delay, and to no other', async () => {
    const { http } = await endpoint.stream(`${freshPath()}/xhr_streaming`);
    expect(await http.chunk()).toBe('o\n');
    endpoint.pass(20_000);
    endpoint.last.connection.send('not silent');
    expect(await http.chunk()).toBe('a["not silent"]\n');
    endpoint.pass(24_000);
    endpoint.last.connection.send('still not');
    expect(await http.chunk()).toBe('a["still not"]\n');
    endpoint.pass(25_000);
    expect(await http.chunk()).toBe('h\n');
    endpoint.pass(25_000);
    expect(await http.chunk()).toBe('h\n');
    http.close();
  });

  it('answer a poll', async () => {
    const path = freshPath();
    await poll(path);
    const http = await waitingPoll(path);
    endpoint.pass(25_000);
    expect(await http.body(await http.head())).toBe('h\n');
    http.close();
  });
});

describe('without a receiver', () => {
  it('a session lives for the delay, is told to be over, and is forgotten', async () => {
    const path = freshPath();
    await poll(path);
    endpoint.pass(4900);
    expect(endpoint.last.ends).toEqual([]);
    endpoint.pass(200);
    expect(await endpoint.last.end()).toEqual([1006, 'the client did not come back']);
    expect(endpoint.sockjs.httpSessions).toBe(0);
    expect(await poll(path)).toBe('o\n');
  });

  it('a session that was polled in time lives on', async () => {
    const path = freshPath();
    await poll(path);
    for (let i = 0; i < 4; i++) {
      endpoint.pass(4000);
      endpoint.last.connection.send(`${i}`);
      expect(await poll(path)).toBe(`a["${i}"]\n`);
    }
    expect(endpoint.last.ends).toEqual([]);
  });

  it('messages wait for the next one, and come as one frame', async () => {
    const path = freshPath();
    await poll(path);
    for (const text of ['one', 'two', 'three']) endpoint.last.connection.send(text);
    expect(endpoint.last.connection.unsent).toBeGreaterThan(0);
    expect(await poll(path)).toBe('a["one","two","three"]\n');
    expect(endpoint.last.connection.unsent).toBe(0);
  });

  it('ten thousand sessions are gone after the delay, and nothing of them stays', {
    timeout: 30_000,
  }, async () => {
    const http = new RawHttp(endpoint.url);
    for (let i = 0; i < 10_000; i++) {
      http.send('POST', `/app/0/never-polled-${i}/xhr`);
      if (i % 100 === 99) for (let j = 0; j < 100; j++) await http.body(await http.head());
    }
    expect(endpoint.sockjs.httpSessions).toBe(10_000);
    expect(endpoint.wheel.size).toBe(10_000);
    endpoint.pass(6000);
    await Promise.all(endpoint.heard.map((one) => one.end()));
    expect(endpoint.sockjs.httpSessions).toBe(0);
    expect(endpoint.wheel.size).toBe(0);
    expect(endpoint.heard.every(({ ends }) => ends.length === 1)).toBe(true);
    http.close();
  });
});

describe('a receiver that breaks off', () => {
  it('ends the session, whether it streams or polls; who asks next is told', async () => {
    const path = freshPath();
    const { http } = await endpoint.stream(`${path}/xhr_streaming`);
    await http.chunk();
    http.close();
    expect(await endpoint.last.end()).toEqual([1002, 'Connection interrupted']);
    expect(await poll(path)).toBe('c[1002,"Connection interrupted"]\n');
    const polling = freshPath();
    await poll(polling);
    (await waitingPoll(polling)).close();
    expect(await endpoint.last.end()).toEqual([1002, 'Connection interrupted']);
    expect(await poll(polling)).toBe('c[1002,"Connection interrupted"]\n');
    endpoint.pass(6000);
    expect(endpoint.sockjs.httpSessions).toBe(0);
    expect(endpoint.wheel.size).toBe(0);
  });
});

describe('a second receiver', () => {
  it('is refused while a poll waits, which then gets the message', async () => {
    const path = freshPath();
    await poll(path);
    const first = await waitingPoll(path);
    const second = await ask('POST', `${endpoint.url + path}/xhr`);
    expect(second.status).toBe(200);
    expect(second.body).toBe('c[2010,"Another connection still open"]\n');
    endpoint.last.connection.send('for the first');
    expect(await first.body(await first.head())).toBe('a["for the first"]\n');
    first.close();
  });
});

describe('the application', () => {
  it('sees the request that opened the session, and who sent it', async () => {
    const path = freshPath();
    const headers = { Cookie: 'user=alice' };
    const { http } = await stream('POST', `${endpoint.url + path}/xhr_streaming?token=1`, { headers });
    await http.chunk();
    const { handshake, connection } = endpoint.last;
    expect(handshake).toMatchObject({ path: `/app${path}/xhr_streaming`, query: '?token=1' });
    expect(handshake.headers.cookie).toBe('user=alice');
    expect(connection.peer.address).toBe('127.0.0.1');
    http.close();
  });
});

describe('closing', () => {
  it('sends what waits first, also when that takes two polls', async () => {
    const path = freshPath();
    await poll(path);
    const { connection } = endpoint.last;
    connection.send('last words');
    connection.close(3001, 'say "goodbye"');
    connection.send('too late');
    expect(endpoint.last.ends).toEqual([]);
    expect(await poll(path)).toBe('a["last words"]\n');
    expect(await poll(path)).toBe(`${String.raw`c[3001,"say \"goodbye\""]`}\n`);
    expect(await endpoint.last.end()).toEqual([3001, 'say "goodbye"']);
  });

  it('tells the application though the client never asks again', async () => {
    const path = freshPath();
    await poll(path);
    endpoint.last.connection.close(3001, 'bye');
    endpoint.pass(6000);
    expect(await endpoint.last.end()).toEqual([3001, 'bye']);
    expect(endpoint.sockjs.httpSessions).toBe(0);
  });

  it('at once cuts the receiver off and forgets the session', async () => {
    const path = freshPath();
    const { http } = await endpoint.stream(`${path}/xhr_streaming`);
    await http.chunk();
    endpoint.last.connection.destroy();
    await once(http.socket, 'close');
    expect(await endpoint.last.end()).toEqual([1006, '']);
    expect(endpoint.sockjs.httpSessions).toBe(0);
    expect(await poll(path)).toBe('o\n');
  });

  it('of the endpoint tells all who listen, and opens nothing more', async () => {
    const { http } = await endpoint.stream(`${freshPath()}/xhr_streaming`);
    await http.chunk();
    endpoint.sockjs.close();
    endpoint.sockjs.close();
    expect(await http.chunk()).toBe('c[1001,"the server is shutting down"]\n');
    expect(await http.chunk()).toBe('');
    expect(await endpoint.last.end()).toEqual([1001, 'the server is shutting down']);
    expect((await endpoint.post(`${freshPath()}/xhr`)).status).toBe(503);
    expect(endpoint.wheel.size).toBe(0);
  });
});
