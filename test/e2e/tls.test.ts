// The service with a certificate: https, wss and STOMP over TLS, and its bytes under load.
import { get } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { requires } from '../servers/requires.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import type { RawClient } from './clients/raw-client.ts';
import { Service } from './service.ts';

const openssl = requires('openssl');

describe.runIf(openssl)('a service with a certificate', () => {
  let certificate: Certificate;
  let service: Service;

  beforeAll(async () => {
    certificate = makeCertificate(openssl!);
    const { tlsCert, tlsKey } = certificate;
    service = await Service.start({ tlsCert, tlsKey, outboxBytes: 64 * 1024 * 1024 });
  });
  afterEach(() => service.dropClients());
  afterAll(async () => {
    await service.close();
    certificate.remove();
  });

  const webSocket = (): Promise<RawClient> => service.webSocket({ ca: certificate.ca });
  const tcp = (): Promise<RawClient> => service.tcp(service.addresses.stomp, certificate.ca);

  it('names its addresses by their secure schemes', () => {
    expect(service.addresses).toMatchObject({
      http: expect.stringMatching(/^https:/),
      endpoints: [expect.stringMatching(/^wss:/)],
      stomp: expect.stringMatching(/^stomp\+ssl:/),
    });
  });

  it('answers https', async () => {
    const status = await new Promise((resolve, reject) => {
      const url = `${service.addresses.http}/health/ready`;
      get(url, { ca: certificate.ca }, ({ statusCode }) => resolve(statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
  });

  it('lets pages and back-end services share a room', async () => {
    const page = await service.page({ opening: { ca: certificate.ca, origin: service.addresses.http } });
    const bot = await service.stompit({ ssl: true, ca: certificate.ca, connectHeaders: { login: 'bot' } });
    const { messages } = await page.subscribe('/topic/chat-room/7');
    await bot.send({ destination: '/app/chat-room/7/send' }, '{"content":"안녕"}');
    expect(JSON.parse((await messages.count(1))[0]!.body)).toMatchObject({ sender: 'bot', content: '안녕' });
  });

  it('refuses a page that came over plain http', async () => {
    const origin = service.addresses.http.replace('https', 'http');
    await expect(service.webSocket({ ca: certificate.ca, origin })).rejects.toThrow('403');
  });

  it('closes on who speaks no TLS, and lives', async () => {
    const addresses = [service.addresses.stomp!, service.addresses.http];
    const strangers = await Promise.all(addresses.map((address) => service.tcp(address)));
    for (const stranger of strangers) stranger.write('CONNECT\naccept-version:1.2\nhost:any\n\n\0');
    await Promise.all(strangers.map(({ ended }) => ended));
    await (await webSocket()).connect();
  });

  it('closes on who begins no handshake within connectTimeout', async () => {
    const { tlsCert, tlsKey } = certificate;
    const hasty = await Service.start({ tlsCert, tlsKey, connectTimeout: 400 });
    onTestFinished(() => hasty.close());
    const addresses = [hasty.addresses.stomp!, hasty.addresses.http];
    const silent = await Promise.all(addresses.map((address) => hasty.tcp(address)));
    await Promise.all(silent.map(({ ended }) => ended));
  });

  it.each([
    ['wss', webSocket],
    ['STOMP over TLS', tcp],
  ])('fans out whole bytes in order to subscribers of many ids under load: %s', async (_name, open) => {
    const ids = ['sub-0', 'sub-0', 'sub-1', 'of-my-own', 'of-their-own', 'sub-0'];
    const subscribers = await Promise.all(ids.map(() => connected(open)));
    await Promise.all(subscribers.map((one, at) => one.subscribe('/topic/load', ids[at]!)));
    const publisher = await connected(open);
    const bodies = Array.from({ length: 3000 }, (_, n) => bodyOf(n));
    for (const body of bodies.slice(0, -1)) publisher.frame('SEND', { destination: '/topic/load' }, body);
    await publisher.confirmed('SEND', { destination: '/topic/load' }, bodies.at(-1)!);
    for (const [at, subscriber] of subscribers.entries()) {
      await subscriber.message(bodies.at(-1)!);
      expect(subscriber.messages.map(({ body }) => String(body))).toEqual(bodies);
      expect(new Set(subscriber.messages.map(({ headers }) => headers.subscription))).toEqual(
        new Set([ids[at]]),
      );
    }
  });

  it('keeps the bytes whole for a subscriber that reads in gulps', async () => {
    const [subscriber, publisher] = [await connected(tcp), await connected(tcp)];
    await subscriber.subscribe('/topic/gulps', 'slow');
    subscriber.socket.pause();
    const bodies = Array.from({ length: 300 }, (_, n) => bodyOf(n).padEnd(40_000, `${n} `));
    for (const body of bodies.slice(0, -1)) publisher.frame('SEND', { destination: '/topic/gulps' }, body);
    await publisher.confirmed('SEND', { destination: '/topic/gulps' }, bodies.at(-1)!);
    subscriber.socket.resume();
    await subscriber.message(bodies.at(-1)!);
    expect(subscriber.messages.map(({ body }) => String(body))).toEqual(bodies);
  });
});

async function connected(open: () => Promise<RawClient>): Promise<RawClient> {
  const client = await open();
  await client.connect();
  return client;
}

/** A body that tells its number and cannot be mistaken for a neighbour's, of many lengths. */
function bodyOf(n: number): string {
  return `${n}:${String.fromCharCode(0xac00 + (n % 11_000)).repeat(n % 97)}`;
}
