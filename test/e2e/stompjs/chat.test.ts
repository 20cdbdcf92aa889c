// The chat as a page sees it: rooms, what is wrong with a payload, who may not send where.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StompJs } from '../clients/stompjs.ts';
import { Executable } from '../executable.ts';
import { Service } from '../service.ts';

const room = '/topic/chat-room/7';
const toRoom = '/app/chat-room/7/send';
const post = (content: unknown, more: object = {}): string => JSON.stringify({ content, ...more });

let service: Service;

beforeAll(async () => {
  service = await Service.start();
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('a room', () => {
  it('hands what one sends to everybody in it, the sender included, as one JSON message', async () => {
    const [kim, lee] = [await service.page({ connectHeaders: { login: 'kim' } }), await service.page()];
    const [own, others] = [await kim.subscribe(room), await lee.subscribe(room)];
    await kim.send(toRoom, post('안녕하세요 😀', { sender: 'lee', roomId: '8' }));
    const [[mine], [theirs]] = [await own.messages.count(1), await others.messages.count(1)];
    expect(JSON.parse(theirs!.body)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/),
      roomId: '7',
      sender: 'kim',
      content: '안녕하세요 😀',
      messageType: 'MESSAGE',
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(theirs!.headers).toEqual({
      subscription: others.id,
      destination: room,
      'content-type': 'application/json',
      'message-id': expect.stringMatching(/^\S+$/),
      'content-length': String(Buffer.byteLength(theirs!.body)),
    });
    expect(mine!.body).toBe(theirs!.body);
  });

  it('keeps the order in which its messages came', async () => {
    const [kim, lee] = [await service.page(), await service.page()];
    const { messages } = await lee.subscribe(room);
    for (let n = 0; n < 200; n++) kim.client.publish({ destination: toRoom, body: post(String(n)) });
    const contents = (await messages.count(200)).map(({ body }) => Number(JSON.parse(body).content));
    expect(contents).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const ids = messages.all.map(({ headers }) => headers['message-id']);
    expect(new Set(ids).size).toBe(200);
  });

  it('does not hear what is sent to another room', async () => {
    const page = await service.page();
    const { messages } = await page.subscribe(room);
    await page.send('/app/chat-room/8/send', post('for the others'));
    await page.send(toRoom, post('for us'));
    expect((await messages.count(1)).map(({ body }) => JSON.parse(body).content)).toEqual(['for us']);
  });

  it('has a public one beside it, as in the example that everybody begins with', async () => {
    const page = await service.page({ connectHeaders: { login: 'kim' } });
    const { messages } = await page.subscribe('/topic/public');
    await page.send('/app/chat.sendMessage', post('to all'));
    const [message] = await messages.count(1);
    expect(JSON.parse(message!.body)).toMatchObject({ roomId: 'public', sender: 'kim', content: 'to all' });
  });
});

describe('a payload that is wrong', () => {
  it.each([
    ['{"content":', /JSON/],
    ['{}', /content/],
    [post(''), /\/content/],
    [post(7), /\/content.*string/],
    [post('x'.repeat(10_001)), /\/content.*10000/],
    ['', /JSON/],
  ])(
    '%.20j is told on /user/queue/errors in place of the receipt, and the connection lives',
    async (body, reason) => {
      const page = await service.page();
      const errors = await page.subscribe('/user/queue/errors');
      const others = await (await service.page()).subscribe('/user/queue/errors');
      page.client.publish({ destination: toRoom, body, headers: { receipt: 'r-wrong' } });
      const [told] = await errors.messages.count(1);
      expect(JSON.parse(told!.body)).toEqual({
        code: 'bad-payload',
        message: expect.stringMatching(reason),
        destination: toRoom,
      });
      expect(told!.headers).toMatchObject({
        destination: '/user/queue/errors',
        subscription: errors.id,
        'receipt-id': 'r-wrong',
        'content-type': 'application/json',
      });
      await page.send(toRoom, post('right'));
      expect(others.messages.all).toEqual([]);
    },
  );

  it('is told like a room whose name is none, and a destination that no handler answers', async () => {
    const page = await service.page();
    const { messages } = await page.subscribe('/user/queue/errors');
    page.client.publish({ destination: '/app/chat-room/no room/send', body: post('hello') });
    page.client.publish({ destination: '/app/nobody', body: '' });
    const told = (await messages.count(2)).map(({ body }) => JSON.parse(body));
    expect(told).toMatchObject([
      { code: 'bad-payload', message: expect.stringContaining('room') },
      { code: 'no-handler', message: expect.stringContaining('/app/nobody') },
    ]);
    await page.send(toRoom, post('right'));
  });

  it('stands in the log of the service too, without its content', async () => {
    const process = new Executable(['serve', '--port', '0', '--stomp-port', 'off']);
    try {
      const page = new StompJs((await process.addresses())[1]!);
      await page.connected();
      const { messages } = await page.subscribe('/user/queue/errors');
      page.client.publish({ destination: toRoom, body: '{"content":7,"private":"my diary"}' });
      await messages.count(1);
      page.drop();
    } finally {
      process.signal('SIGTERM');
    }
    const { stderr } = await process.ended;
    expect(stderr).toMatch(/"code":"bad-payload".*content must be string/);
    expect(stderr).not.toContain('diary');
  });
});

describe('a SEND straight to a room', () => {
  it('is denied with the reason in an ERROR, then 1008', async () => {
    const page = await service.page();
    page.client.publish({ destination: '/topic/chat-room/x', body: 'forged', headers: { receipt: 'r-1' } });
    const [error] = await page.errors.count(1);
    expect(error!.headers).toMatchObject({
      code: 'denied',
      message: 'messages of a room are sent to /app/chat-room/{roomId}/send',
      'receipt-id': 'r-1',
      'content-type': expect.stringMatching(/^text\/plain/),
    });
    expect(error!.body).toContain('messages of a room are sent to');
    expect(await page.closes.count(1)).toEqual([{ code: 1008, reason: error!.headers.message }]);
  });

  it('is told on the errors queue where denials keep the connection', async () => {
    const keeping = await Service.start({ denial: 'keep' });
    try {
      const page = await keeping.page();
      const [heard, { messages }] = [
        await page.subscribe('/topic/public'),
        await page.subscribe('/user/queue/errors'),
      ];
      page.client.publish({ destination: '/topic/public', body: 'forged', headers: { receipt: 'r-1' } });
      const [told] = await messages.count(1);
      expect(JSON.parse(told!.body)).toMatchObject({
        code: 'denied',
        message: expect.stringContaining('sendMessage'),
      });
      expect(told!.headers['receipt-id']).toBe('r-1');
      await page.send('/app/chat.sendMessage', post('in the proper way'));
      expect((await heard.messages.count(1)).map(({ body }) => JSON.parse(body).content)).toEqual([
        'in the proper way',
      ]);
    } finally {
      await keeping.close();
    }
  });

  it('of a SUBSCRIBE that is denied names the subscription', async () => {
    const keeping = await Service.start({ denial: 'keep' });
    try {
      const page = await keeping.page();
      const { messages } = await page.subscribe('/user/queue/errors');
      page.client.subscribe('/user/lee/queue/mail', () => {}, { id: 'spy', receipt: 'r-1' });
      const [told] = await messages.count(1);
      expect(told!.headers).toMatchObject({ 'subscription-id': 'spy', 'receipt-id': 'r-1' });
      expect(JSON.parse(told!.body)).toMatchObject({ code: 'denied' });
    } finally {
      await keeping.close();
    }
  });
});
