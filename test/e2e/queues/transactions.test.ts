// Transactions, request and reply, and durable subscriptions over the built service.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Served } from './served.ts';

let served: Served;

beforeAll(async () => {
  served = await Served.start();
});
afterEach(() => served.dropClients());
afterAll(() => served.stop());

describe('a transaction', () => {
  it('of a page is seen whole by the others, after COMMIT', async () => {
    const [page, other] = [await served.page(), await served.page()];
    const { messages } = await other.subscribe('/topic/orders');
    const transaction = page.client.begin();
    const { id } = transaction;
    for (const body of ['1', '2'])
      page.client.publish({ destination: '/topic/orders', body, headers: { transaction: id } });
    await page.send('/topic/orders', 'before');
    const [receipt, confirmed] = page.receipt();
    page.client.publish({
      destination: '/topic/orders',
      body: '3',
      headers: { transaction: id, receipt },
    });
    transaction.commit();
    await confirmed;
    expect((await messages.count(4)).map(({ body }) => body)).toEqual(['before', '1', '2', '3']);
  });

  it('moves a message from one queue to the next, or not at all', async () => {
    const page = await served.page();
    await page.send('/queue/in', 'work');
    const { messages } = await page.subscribe('/queue/in', { ack: 'client-individual' });
    const [first] = await messages.count(1);
    const broken = page.client.begin();
    first!.ack({ transaction: broken.id });
    page.client.publish({ destination: '/queue/out', body: 'half', headers: { transaction: broken.id } });
    page.drop();
    const next = await served.page();
    const again = await next.subscribe('/queue/in', { ack: 'client-individual' });
    const [second] = await again.messages.count(1);
    expect(second!.headers.redelivered).toBe('true');
    const whole = next.client.begin();
    second!.ack({ transaction: whole.id });
    next.client.publish({ destination: '/queue/out', body: 'done', headers: { transaction: whole.id } });
    whole.commit();
    const { messages: out } = await (await served.page()).subscribe('/queue/out');
    expect((await out.count(1))[0]!.body).toBe('done');
    next.drop();
    const last = await served.tcp();
    await last.confirmed('SUBSCRIBE', { id: 's', destination: '/queue/in' });
    await last.confirmed('SEND', { destination: '/queue/in' }, 'new');
    await last.message('new');
    expect(last.messages).toHaveLength(1);
  });

  it('that is not open is an ERROR that names it and the receipt', async () => {
    const client = await served.tcp();
    client.frame('COMMIT', { transaction: 'never', receipt: 'r' });
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({ code: 'unknown-transaction', 'receipt-id': 'r' });
    expect(headers.message).toContain('never');
  });
});

describe('request and reply', () => {
  it('go between a page and a TCP client, over a queue of the page only', async () => {
    const [page, stranger, server] = [await served.page(), await served.page(), await served.tcp()];
    server.onMessage = ({ headers, body }) =>
      server.frame(
        'SEND',
        { destination: headers['reply-to']!, 'correlation-id': headers['correlation-id']! },
        `${body}!`,
      );
    await server.confirmed('SUBSCRIBE', { id: 's', destination: '/queue/rpc' });
    const overheard = await stranger.subscribe('/temp-queue/answers');
    const answers: string[] = [];
    const all = new Promise<void>((resolve) => {
      page.client.onUnhandledMessage = ({ headers, body }) => {
        answers.push(`${headers.subscription} ${headers['correlation-id']} ${body}`);
        if (answers.length === 2) resolve();
      };
    });
    for (const n of ['1', '2'])
      page.client.publish({
        destination: '/queue/rpc',
        body: n,
        headers: { 'reply-to': '/temp-queue/answers', 'correlation-id': n },
      });
    await all;
    expect(answers).toEqual(['/temp-queue/answers 1 1!', '/temp-queue/answers 2 2!']);
    expect(overheard.messages.all).toEqual([]);
  });
});

describe('a durable subscription', () => {
  it('is told what was published while its client was away, until it ends', async () => {
    const settings = { connectHeaders: { host: 'any', 'client-id': 'phone' } };
    const durable = { durable: 'true', id: 'news', ack: 'client' };
    const publisher = await served.page();
    const first = await served.page(settings);
    await first.subscribe('/topic/news', durable);
    first.drop();
    for (const body of ['1', '2', '3']) await publisher.send('/topic/news', body);
    const second = await served.page(settings);
    const { messages } = await second.subscribe('/topic/news', durable);
    await publisher.send('/topic/news', '4');
    expect((await messages.count(4)).map(({ body }) => body)).toEqual(['1', '2', '3', '4']);
    const [receipt, ended] = second.receipt();
    second.client.unsubscribe('news', { durable: 'true', receipt });
    await ended;
    await publisher.send('/topic/news', 'lost');
    const third = await served.page(settings);
    const heard = await third.subscribe('/topic/news', durable);
    await publisher.send('/topic/news', '5');
    expect((await heard.messages.count(1))[0]!.body).toBe('5');
  });
});

describe('the profile of Spring', () => {
  it('fans /queue out to all who subscribe to it', async () => {
    const spring = await Served.start('--compat', 'spring');
    try {
      const pages = [await spring.page(), await spring.page()];
      const heard = await Promise.all(pages.map((page) => page.subscribe('/queue/all')));
      await pages[0]!.send('/queue/all', 'to all');
      for (const { messages } of heard) expect((await messages.count(1))[0]!.body).toBe('to all');
    } finally {
      await spring.stop();
    }
  });
});
