// The WebSocket transports, as the protocol document tests them; Hixie-76, which no client speaks any more, is not.
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freshPath, protocolServer } from './endpoint.ts';
import { expectNotAllowed } from './expectations.ts';
import { ask, RawHttp } from './raw-http.ts';

const { url: services, echo } = await protocolServer();

/** A client whose messages wait to be read. */
class Client {
  readonly socket: WebSocket;
  readonly #messages: string[] = [];
  #wake: () => void = () => {};
  closed: number | undefined;

  constructor(url: string, options: { protocolVersion?: number } = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), options);
    this.socket.on('message', (data) => {
      this.#messages.push(String(data));
      this.#wake();
    });
    this.socket.on('close', (code) => {
      this.closed = code;
      this.#wake();
    });
  }

  /** The next message, or the close code. */
  async next(): Promise<string | number> {
    while (this.#messages.length === 0 && this.closed === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#messages.shift() ?? this.closed!;
  }
}

describe('requests for a WebSocket that are no upgrade', () => {
  it('are told what to upgrade to', async () => {
    const response = await ask('GET', `${echo}/0/0/websocket`);
    expect(response.status).toBe(400);
    expect(response.body).toContain('Can "Upgrade" only to "WebSocket".');
  });

  it('are told when a proxy changed their Connection header', async () => {
    const headers = { Upgrade: 'WebSocket', Connection: 'close' };
    const response = await ask('GET', `${echo}/0/0/websocket`, { headers });
    expect(response.status).toBe(400);
    expect(response.body).toContain('"Connection" must be "Upgrade".');
  });

  it('must be GET', async () => {
    for (const headers of [{ Upgrade: 'WebSocket', Connection: 'Upgrade' }, {}])
      expectNotAllowed(await ask('POST', `${echo}/0/0/websocket`, { headers }));
  });

  it('find nothing where WebSocket is off, upgrade or not', async () => {
    const url = `${services}/disabled_websocket_echo/0/0/websocket`;
    expect((await ask('GET', url)).status).toBe(404);
    const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
    expect((await ask('GET', url, { headers })).status).toBe(404);
  });

  it('must upgrade to a WebSocket and nothing else', async () => {
    const headers = { Upgrade: 'h2c', Connection: 'Upgrade' };
    const response = await ask('GET', `${echo}/0/0/websocket`, { headers });
    expect(response.status).toBe(400);
    expect(response.body).toContain('Can "Upgrade" only to "WebSocket".');
  });
});

describe('a session over WebSocket', () => {
  it('opens, and carries messages both ways; empty ones are nothing', async () => {
    for (const protocolVersion of [8, 13]) {
      const client = new Client(`${echo + freshPath()}/websocket`, { protocolVersion });
      expect(await client.next()).toBe('o');
      client.socket.send('');
      client.socket.send('["a"]');
      expect(await client.next()).toBe('a["a"]');
      client.socket.close();
    }
  });

  it('takes one message without its array, and many in one', async () => {
    const client = new Client(`${echo + freshPath()}/websocket`);
    await client.next();
    client.socket.send('"alone"');
    expect(await client.next()).toBe('a["alone"]');
    client.socket.send('["b","c"]');
    expect([await client.next(), await client.next()]).toEqual(['a["b"]', 'a["c"]']);
    client.socket.close();
  });

  it('is closed with a frame that says why', async () => {
    const client = new Client(`${services}/close${freshPath()}/websocket`);
    expect(await client.next()).toBe('o');
    expect(await client.next()).toBe('c[3000,"Go away!"]');
    expect(await client.next()).toBe(1000);
  });

  it('shares its id with others, now and later', async () => {
    const url = `${echo + freshPath()}/websocket`;
    const [first, second] = [new Client(url), new Client(url)];
    for (const client of [first, second]) expect(await client.next()).toBe('o');
    first.socket.send('["a"]');
    expect(await first.next()).toBe('a["a"]');
    second.socket.send('["b"]');
    expect(await second.next()).toBe('a["b"]');
    for (const client of [first, second]) client.socket.close();
    const third = new Client(url);
    expect(await third.next()).toBe('o');
    third.socket.close();
  });

  it('ends without a frame when the client sends broken JSON, or no messages', async () => {
    for (const payload of ['["a', '{"a":1}', '[1]']) {
      const client = new Client(`${echo + freshPath()}/websocket`);
      expect(await client.next()).toBe('o');
      client.socket.send(payload);
      expect(await client.next(), payload).toBe(1002);
    }
  });

  it('takes bytes that are not UTF-8 for what stands for them', async () => {
    const client = new Client(`${echo + freshPath()}/websocket`);
    await client.next();
    client.socket.send(Buffer.from([0x22, 0x61, 0xff, 0x22]), { binary: false });
    expect(await client.next()).toBe('a["a\\ufffd"]');
    client.socket.close();
  });
});

describe('the handshake', () => {
  const shake = (version: string, connection: string): Promise<RawHttp> => {
    const http = new RawHttp(echo);
    const headers = {
      Upgrade: 'websocket',
      Connection: connection,
      'Sec-WebSocket-Version': version,
      'Sec-WebSocket-Origin': 'http://asd',
      'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==',
    };
    http.send('GET', `/echo${freshPath()}/websocket`, { headers });
    return Promise.resolve(http);
  };

  it('is answered in versions 7, 8 and 13', async () => {
    for (const version of ['7', '8', '13']) {
      const http = await shake(version, 'Upgrade');
      const { status, headers } = await http.head();
      expect(status).toBe(101);
      expect(headers['sec-websocket-accept']).toBe('HSmrc0sMlYUkAGmm5OPpG2HaGWk=');
      expect(headers.connection?.toLowerCase()).toBe('upgrade');
      expect(headers.upgrade?.toLowerCase()).toBe('websocket');
      expect(headers['content-length']).toBeUndefined();
      http.close();
    }
  });

  it("may name more than the upgrade in 'Connection', as Firefox 6 does", async () => {
    const http = await shake('7', 'keep-alive, Upgrade');
    expect((await http.head()).status).toBe(101);
    http.close();
  });
});

describe('the raw WebSocket', () => {
  it('has no framing', async () => {
    const client = new Client(`${echo}/websocket`);
    await once(client.socket, 'open');
    client.socket.send('Hello world!\uffff');
    expect(await client.next()).toBe('Hello world!\uffff');
    client.socket.close();
  });

  it('is closed as any WebSocket', async () => {
    expect(await new Client(`${services}/close/websocket`).next()).toBe(3000);
  });
});
