// The plugin in a real application: what is shared with it, what is left to it, and how both end.
import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { stompwire } from '../../src/fastify.ts';
import { later, Page, webSocketUrl } from './page.ts';

const open = { allowAnonymous: true, closeTimeout: 100 } as const;
let application: FastifyInstance;

beforeEach(() => {
  application = Fastify();
});
afterEach(() => application.close());

const listen = (): Promise<string> => application.listen({ port: 0, host: '127.0.0.1' });

describe('an application with the plugin', () => {
  it('answers STOMP on its own port, and reaches the server as a decorator', async () => {
    await application.register(stompwire, {
      ...open,
      setup: ({ app }) => void app.message('/greet/{name}', ({ params }) => `Hello, ${params.name}`),
    });
    application.post('/news', async ({ body }) => {
      await application.stompwire.publish('/topic/news', body);
      return { published: true };
    });
    const address = await listen();
    const page = new Page(webSocketUrl(address, '/ws'));
    await page.connected;
    const news = await page.first('/topic/news');
    const greeting = await page.first('/topic/greet/kim');
    page.client.publish({ destination: '/app/greet/kim' });
    expect((await greeting.message).body).toBe('Hello, kim');
    const answer = await fetch(`${address}/news`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"headline":"it runs"}',
    });
    expect(await answer.json()).toEqual({ published: true });
    expect(JSON.parse((await news.message).body)).toEqual({ headline: 'it runs' });
    expect(application.stompwire.addresses.endpoints).toEqual([webSocketUrl(address, '/ws')]);
    expect(application.stompwire.addresses.stomp).toBeUndefined();
  });

  it('answers SockJS whatever type the body claims to be, and leaves other bodies to the application', async () => {
    await application.register(stompwire, open);
    application.post('/echo', async ({ body }) => body);
    const address = await listen();
    const at = (path: string): string => `${address}/ws/000/session${path}`;
    expect(await (await fetch(`${address}/ws/info`)).json()).toMatchObject({ websocket: true });
    expect(await (await fetch(at('/xhr'), { method: 'POST' })).text()).toBe('o\n');
    for (const type of ['text/plain', 'application/json', 'T']) {
      const body = JSON.stringify([type === 'T' ? 'CONNECT\naccept-version:1.2\nhost:x\n\n\0' : '\n']);
      const sent = await fetch(at('/xhr_send'), { method: 'POST', body, headers: { 'content-type': type } });
      expect([type, sent.status]).toEqual([type, 204]);
    }
    expect(await (await fetch(at('/xhr'), { method: 'POST' })).text()).toMatch(/^a\["CONNECTED/);
    const echo = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
    expect(await (await fetch(`${address}/echo`, echo)).json()).toEqual({ a: 1 });
  });

  it('leaves upgrades of other paths to who listens for them', async () => {
    await application.register(stompwire, open);
    const others = new WebSocketServer({ noServer: true });
    application.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/other') others.handleUpgrade(request, socket, head, (one) => one.send('other'));
    });
    const address = await listen();
    const other = new WebSocket(webSocketUrl(address, '/other'));
    const [said] = await once(other, 'message');
    expect(String(said)).toBe('other');
    await new Page(webSocketUrl(address, '/ws')).connected;
    other.terminate();
  });

  it('leaves an upgrade that nobody takes to its routes, as if nobody listened for upgrades', async () => {
    await application.register(stompwire, open);
    application.get('/plain', async () => 'plain');
    const address = await listen();
    const statusOf = async (path: string): Promise<number> => {
      const refused = new WebSocket(webSocketUrl(address, path));
      refused.on('error', () => {});
      const [, response] = await once(refused, 'unexpected-response');
      return response.statusCode;
    };
    expect([await statusOf('/plain'), await statusOf('/nowhere')]).toEqual([200, 404]);
    expect(await statusOf('/ws/000/session/nothing')).toBe(404);
  });

  it('shows the handshake to the hooks of the application, which may refuse it', async () => {
    application.addHook('onRequest', async ({ headers }, reply) => {
      if (headers.cookie === undefined) await reply.code(403).send('no');
    });
    await application.register(stompwire, open);
    const url = webSocketUrl(await listen(), '/ws');
    const refused = new WebSocket(url);
    refused.on('error', () => {});
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    await new Page(url, { cookie: 'a=b' }).connected;
  });

  it('takes an upgrade once, though another plugin brings all upgrades to the routes as well', async () => {
    await application.register(stompwire, open);
    const { ServerResponse } = await import('node:http');
    application.server.on('upgrade', (request, socket) => {
      const response = new ServerResponse(request);
      response.assignSocket(socket as never);
      application.routing(request, response);
    });
    const page = new Page(webSocketUrl(await listen(), '/ws'));
    expect(await page.connected).toMatchObject({ version: '1.2' });
  });

  it('tells its clients goodbye with 1012 before the HTTP server is closed, and waits for none', async () => {
    for (const forceCloseConnections of [true, false, 'idle'] as const) {
      const application = Fastify({ forceCloseConnections });
      await application.register(stompwire, open);
      const address = await application.listen({ port: 0, host: '127.0.0.1' });
      const page = new Page(webSocketUrl(address, '/ws'));
      await page.connected;
      const polled = fetch(`${address}/ws/000/polling/xhr_streaming`, { method: 'POST' });
      await polled;
      await application.close();
      expect(await page.closed).toMatchObject({ code: 1012 });
      expect(await (await polled).text()).toContain('c[1012,');
    }
  });

  it('lets a request that is under way publish while the clients are sent away', async () => {
    await application.register(stompwire, open);
    const [began, mayEnd] = [later<void>(), later<void>()];
    application.get('/slow', async () => {
      began.resolve();
      await mayEnd.promise;
      await application.stompwire.publish('/topic/late', 'x');
      return 'published';
    });
    const address = await listen();
    const page = new Page(webSocketUrl(address, '/ws'));
    await page.connected;
    const slow = fetch(`${address}/slow`);
    await began.promise;
    const closing = application.close();
    await page.closed;
    mayEnd.resolve();
    expect(await (await slow).text()).toBe('published');
    await closing;
  });

  it('can be asked without a socket', async () => {
    await application.register(stompwire, open);
    application.get('/own', async () => 'own');
    expect((await application.inject('/own')).body).toBe('own');
    expect((await application.inject('/ws/info')).json()).toMatchObject({ websocket: true });
    await application.stompwire.publish('/topic/news', 'nobody listens, and nothing fails');
  });
});

describe('several plugins', () => {
  it('stand beside each other on endpoints and names of their own', async () => {
    await application.register(stompwire, open);
    await application.register(stompwire, { ...open, prefix: '/staff', as: 'staff' });
    const staff = (application as unknown as Record<string, FastifyInstance['stompwire']>).staff!;
    const address = await listen();
    const [one, other] = [
      new Page(webSocketUrl(address, '/ws')),
      new Page(webSocketUrl(address, '/staff/ws')),
    ];
    await Promise.all([one.connected, other.connected]);
    const heard = [await one.first('/topic/a'), await other.first('/topic/a')];
    await application.stompwire.publish('/topic/a', 'everybody');
    await staff.publish('/topic/a', 'staff');
    expect(await Promise.all(heard.map(async ({ message }) => (await message).body))).toEqual([
      'everybody',
      'staff',
    ]);
  });

  it('are refused the same name, and the same endpoint', async () => {
    application.register(stompwire, open).register(stompwire, { ...open, endpoints: ['/other'] });
    await expect(application.ready()).rejects.toThrow('a decorator "stompwire" already');
    const another = Fastify();
    another.register(stompwire, { ...open, sockjs: false }).register(stompwire, { ...open, as: 'two' });
    await expect(another.ready()).rejects.toThrow('already declared');
    await Promise.allSettled([another.close()]);
  });

  it('stand under the prefix of the scope in which they are registered', async () => {
    await application.register(
      async (scope) => {
        await scope.register(stompwire, open);
        scope.get('/endpoints', async () => scope.stompwire.config.endpoints);
      },
      { prefix: '/api' },
    );
    const address = await listen();
    await new Page(webSocketUrl(address, '/api/ws')).connected;
    expect((await fetch(`${address}/api/ws/info`)).status).toBe(200);
    expect(await (await fetch(`${address}/api/endpoints`)).json()).toEqual(['/api/ws']);
    expect((await fetch(`${address}/ws/info`)).status).toBe(404);
  });
});

describe('the options of the plugin', () => {
  async function refused(options: object): Promise<string> {
    try {
      await Fastify().register(stompwire, options).ready();
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  }

  it('are refused when they would have no effect', async () => {
    expect(await refused({ ...open, port: 8080 })).toContain('port: no option of the plugin');
    expect(await refused({ ...open, logLevel: 'debug' })).toContain('logLevel: no option of the plugin');
    for (const key of ['host', 'tlsCert', 'tlsKey'])
      expect(await refused({ ...open, [key]: 'x' })).toContain(`${key}: speaks of the listener of stompPort`);
    expect(await refused({ ...open, prot: 1 })).toContain('prot from the options is no option');
  });

  it('must say who clients are, or that strangers are welcome', async () => {
    expect(await refused({})).toContain('allowAnonymous: nobody has to authenticate');
    const authenticate = (): undefined => undefined;
    expect(await refused({ authenticate, stompPort: 0 })).toContain('authenticate: STOMP over TCP');
  });

  it('open STOMP over TCP when a port is given', async () => {
    await application.register(stompwire, { ...open, stompPort: 0 });
    await application.ready();
    expect(application.stompwire.addresses.stomp).toMatch(/127\.0\.0\.1:\d+$/);
  });
});
