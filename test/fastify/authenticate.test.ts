// Who a client is, decided by the application's own session; and what its log is told of it.
import { Writable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { stompwire } from '../../src/fastify.ts';
import { Page, webSocketUrl } from './page.ts';

declare module 'fastify' {
  interface FastifyRequest {
    member?: string | undefined;
  }
}

const members = new Map([['sid=s3cret', 'kim']]);
let application: FastifyInstance;
let log = '';
afterEach(() => application.close());

/** An application whose hook knows its sessions, as a session plugin's does: not at once. */
async function listen(failing?: Error): Promise<string> {
  log = '';
  const stream = new Writable({
    write: (line, _encoding, done) => {
      log += String(line);
      done();
    },
  });
  application = Fastify({ logger: { level: 'info', stream } });
  application.decorateRequest('member', undefined);
  application.addHook('onRequest', async (request) => {
    await Promise.resolve();
    request.member = members.get(request.headers.cookie ?? '');
  });
  await application.register(stompwire, {
    closeTimeout: 100,
    authenticate: ({ member }) => {
      if (failing !== undefined) throw failing;
      return member === undefined ? undefined : { name: member, authenticated: true, roles: [] };
    },
  });
  return application.listen({ port: 0, host: '127.0.0.1' });
}

describe('a client of an application with sessions', () => {
  it('is who its session says', async () => {
    const address = await listen();
    const page = new Page(webSocketUrl(address, '/ws'), { cookie: 'sid=s3cret', origin: address });
    expect(await page.connected).toMatchObject({ 'user-name': 'kim' });
    expect([...application.stompwire.users].map(({ name }) => name)).toEqual(['kim']);
  });

  it('is who its session says over SockJS, too', async () => {
    const address = await listen();
    const post = (path: string, body?: string): Promise<Response> =>
      fetch(`${address}/ws/000/one/${path}`, {
        method: 'POST',
        headers: { cookie: 'sid=s3cret', origin: address },
        ...(body !== undefined && { body }),
      });
    expect(await (await post('xhr')).text()).toBe('o\n');
    await post('xhr_send', JSON.stringify(['CONNECT\naccept-version:1.2\nhost:x\n\n\0']));
    expect(await (await post('xhr')).text()).toContain('user-name:kim');
  });

  it('is refused without a session, and when its page is not ours', async () => {
    const address = await listen();
    const url = webSocketUrl(address, '/ws');
    for (const options of [{}, { cookie: 'sid=other', origin: address }, { cookie: 'sid=s3cret' }]) {
      const page = new Page(url, options);
      await expect(page.connected).rejects.toThrow('the credentials were not accepted');
      expect((await page.closed).code).toBe(1008);
    }
  });

  it('is refused when the application refuses with 401, and told nothing else', async () => {
    const address = await listen(Object.assign(new Error('the token has expired'), { statusCode: 401 }));
    const page = new Page(webSocketUrl(address, '/ws'));
    await expect(page.connected).rejects.toThrow('the credentials were not accepted');
  });

  it("leaves its way in the application's log, and no cookie and no query", async () => {
    const address = await listen();
    const page = new Page(webSocketUrl(address, '/ws?token=s3cret'), {
      cookie: 'sid=wr0ng',
      origin: address,
    });
    await page.closed;
    expect(log).toContain('not authenticated');
    expect(log).toContain('"url":"/ws"');
    expect(log).not.toMatch(/s3cret|wr0ng/);
  });
});
