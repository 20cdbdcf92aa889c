// How a page's subscriptions and sessions end: unsubscribe, disconnect, ERROR, drain, and coming back.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RawClient } from '../clients/raw-client.ts';
import { frameText } from '../clients/stomp-text.ts';
import { Service } from '../service.ts';

let service: Service;

beforeAll(async () => {
  service = await Service.start();
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('a subscription', () => {
  it('that has ended hears nothing any more, and its id is free', async () => {
    const page = await service.page();
    const first = await page.subscribe('/topic/ends', { id: 'mine' });
    await page.send('/topic/ends', 'heard');
    const [receipt, unsubscribed] = page.receipt();
    page.client.unsubscribe('mine', { receipt });
    await unsubscribed;
    await page.send('/topic/ends', 'not heard');
    const second = await page.subscribe('/topic/ends', { id: 'mine' });
    await page.send('/topic/ends', 'heard again');
    expect((await second.messages.count(1)).map(({ body }) => body)).toEqual(['heard again']);
    expect(first.messages.all.map(({ body }) => body)).toEqual(['heard']);
  });

  it('may be ended twice', async () => {
    const client = await service.webSocket();
    await client.connect();
    await client.confirmed('UNSUBSCRIBE', { id: 'never-was' });
  });
});

describe('DISCONNECT', () => {
  it('with a receipt is answered, and the client closes', async () => {
    const client = await service.webSocket();
    await client.connect();
    await client.confirmed('DISCONNECT');
    client.close(1000);
    expect(await client.ended).toMatchObject({ code: 1000 });
  });

  it('without one is answered with a clean close', async () => {
    const client = await service.webSocket();
    await client.connect();
    client.frame('DISCONNECT');
    expect(await client.ended).toMatchObject({ code: 1000 });
  });

  it('is what a page that is deactivated does', async () => {
    const page = await service.page();
    await page.client.deactivate();
    expect(await page.closes.count(1)).toMatchObject([{ code: 1005 }]);
    expect(page.errors.all).toEqual([]);
  });
});

describe('a socket that ends without DISCONNECT', () => {
  it('leaves no session and no subscription behind', async () => {
    const [page, tcp] = [await service.page(), await service.tcp()];
    await tcp.connect();
    await page.subscribe('/topic/left/behind');
    await page.subscribe('/topic/left/*');
    await tcp.subscribe('/user/queue/errors', '0');
    expect(await service.metric('stompwire_subscriptions')).toBe(3);
    page.webSocket!.terminate();
    tcp.drop();
    await expect.poll(() => service.metric('stompwire_sessions')).toBe(0);
    expect(await service.metric('stompwire_subscriptions')).toBe(0);
  });
});

describe('an ERROR', () => {
  const rounds = 100;
  const kinds: readonly [string, () => Promise<RawClient>][] = [
    ['WebSocket', () => service.webSocket()],
    ['TCP', () => service.tcp()],
  ];

  it.each(kinds)(
    'is always seen before the close, also behind a burst and before more input: %s',
    async (_kind, open) => {
      const sends = frameText('SEND', { destination: '/topic/burst' }, 'x'.repeat(1000)).repeat(50);
      for (let round = 0; round < rounds; round++) {
        const client = await open();
        await client.connect();
        await client.subscribe('/topic/burst', '0');
        client.write(`${sends}NONSENSE\n\n\0${sends}`);
        client.write(sends);
        const { code } = await client.ended;
        const commands = client.frames.all.map(({ command }) => command);
        expect(commands.filter((command) => command === 'MESSAGE').length).toBe(50);
        expect(commands.at(-1)).toBe('ERROR');
        expect([1002, 1000]).toContain(code);
      }
    },
  );
});

describe('a server that shuts down', () => {
  it('closes its pages with 1012, and they come back to the one that follows it', async () => {
    const first = await Service.start();
    const port = Number(new URL(first.addresses.http).port);
    const page = await first.page({ reconnectDelay: 20 });
    const heard: string[] = [];
    page.client.onConnect = (frame) => {
      page.client.subscribe('/topic/back', ({ body }) => heard.push(body));
      page.connections.push(frame);
    };
    await first.server.drain();
    expect(await page.closes.count(1)).toEqual([
      { code: 1012, reason: expect.stringMatching(/^the server is shutting down; retry-after=\d+$/) },
    ]);
    await first.server.close();
    const second = await Service.start({ port });
    await page.connections.count(2);
    await page.send('/topic/back', 'again');
    expect(heard).toEqual(['again']);
    page.drop();
    await second.close();
  });

  it('takes no more clients while it closes those it has', async () => {
    const closing = await Service.start();
    const { endpoint } = closing;
    const page = await closing.page();
    page.webSocket!.pause();
    const drained = closing.server.drain();
    await expect(closing.webSocket({}, endpoint)).rejects.toThrow(/ECONNREFUSED|503/);
    page.webSocket!.resume();
    await drained;
    await closing.close();
  });
});
