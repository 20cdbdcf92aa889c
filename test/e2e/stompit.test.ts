// A back-end service with stompit over TCP: sessions, receipts, rooms shared with pages, heart-beats, errors.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Service } from './service.ts';

let service: Service;

beforeAll(async () => {
  service = await Service.start({ heartbeatSend: 100, heartbeatReceive: 100 });
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('a session', () => {
  it('speaks the highest version and carries the name that the service gave', async () => {
    const { client } = await service.stompit({ connectHeaders: { login: 'billing', passcode: 'secret' } });
    expect(client.headers).toMatchObject({ version: '1.2', 'user-name': 'billing', 'heart-beat': '100,100' });
  });

  it('lives on heart-beats from both sides beyond the grace of three intervals', async () => {
    const one = await service.stompit({ heartbeat: [100, 100] });
    const clock = await service.webSocket();
    await clock.connect({ 'heart-beat': '0,100' });
    await clock.heartbeats.count(8);
    await one.send({ destination: '/topic/still-here' }, '');
    expect(one.errors.all).toEqual([]);
  });

  it('ends in order with a DISCONNECT', async () => {
    const one = await service.stompit();
    await one.disconnect();
    await expect.poll(() => service.metric('stompwire_sessions')).toBe(0);
    expect(one.errors.all).toEqual([]);
  });
});

describe('messages', () => {
  it('are heard with their headers and bytes, the own ones included', async () => {
    const one = await service.stompit();
    const messages = await one.subscribe('/topic/orders', { id: 'orders' });
    const body = Buffer.from([0, 255, 10, 13, 0, 128]);
    await one.send({ destination: '/topic/orders', 'x-note': 'a:b\nc\\d', 'content-length': '6' }, body);
    const [message] = await messages.count(1);
    expect(message!.body).toEqual(body);
    expect(message!.headers).toMatchObject({
      destination: '/topic/orders',
      subscription: 'orders',
      'x-note': 'a:b\nc\\d',
    });
  });

  it('are confirmed by receipts in their order', async () => {
    const one = await service.stompit();
    const confirmed: number[] = [];
    const sends = Array.from({ length: 100 }, (_, n) =>
      one.send({ destination: '/topic/receipts' }, String(n)).then(() => confirmed.push(n)),
    );
    await Promise.all(sends);
    expect(confirmed).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('stop when the subscription ends', async () => {
    const one = await service.stompit();
    const kept = await one.subscribe('/topic/stops', { id: 'kept' });
    const ended = await one.subscribe('/topic/stops', { id: 'ended' });
    await one.send({ destination: '/topic/stops' }, 'both');
    one.client.sendFrame('UNSUBSCRIBE', { id: 'ended' }).end();
    await one.send({ destination: '/topic/stops' }, 'one');
    expect((await kept.count(2)).map(({ body }) => String(body))).toEqual(['both', 'one']);
    expect(ended.all.map(({ body }) => String(body))).toEqual(['both']);
  });
});

describe('a room', () => {
  it('is shared with the pages in it', async () => {
    const [bot, page] = [
      await service.stompit({ connectHeaders: { login: 'bot' } }),
      await service.page({ connectHeaders: { login: 'kim' } }),
    ];
    const atBot = await bot.subscribe('/topic/chat-room/7');
    const atPage = await page.subscribe('/topic/chat-room/7');
    await page.send('/app/chat-room/7/send', JSON.stringify({ content: '질문' }));
    await bot.send(
      { destination: '/app/chat-room/7/send', 'content-type': 'application/json' },
      '{"content":"답"}',
    );
    const expected = [
      { sender: 'kim', content: '질문' },
      { sender: 'bot', content: '답' },
    ];
    expect((await atPage.messages.count(2)).map(({ body }) => JSON.parse(body))).toMatchObject(expected);
    expect((await atBot.count(2)).map(({ body }) => JSON.parse(String(body)))).toMatchObject(expected);
  });
});

describe('an error', () => {
  it('is the reason that the service gives', async () => {
    const one = await service.stompit();
    one.client.send({ destination: '/topic/chat-room/7' }).end('forged');
    const [error] = await one.errors.count(1);
    expect(error!.message).toBe('messages of a room are sent to /app/chat-room/{roomId}/send');
  });

  it('meets who is refused at CONNECT', async () => {
    const refused = service.stompit({ connectHeaders: { login: 'bad\u0007name' } });
    await expect(refused).rejects.toThrow('the login holds a control character');
  });
});
