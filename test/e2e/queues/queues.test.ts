// Queues over the built service: work shared by StompJS pages and TCP clients, redelivery, dead letters, overflow.
import type { IMessage } from '@stomp/stompjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RawTcp } from '../clients/raw-tcp.ts';
import { Served } from './served.ts';

let served: Served;
let queue: string;
let queues = 0;

beforeAll(async () => {
  served = await Served.start('--queue-count', '300', '--max-deliveries', '3');
});
afterEach(() => served.dropClients());
afterAll(() => served.stop());

const fresh = (): string => {
  queue = `/queue/work-${queues++}`;
  return queue;
};

const bodies = (messages: readonly { readonly body: unknown }[]): string[] =>
  messages.map(({ body }) => String(body));

async function consumer(ack = 'client-individual', headers: Record<string, string> = {}): Promise<RawTcp> {
  const client = await served.tcp();
  await client.confirmed('SUBSCRIBE', { id: 's', destination: queue, ack, ...headers });
  return client;
}

const messages = async (client: RawTcp, count: number) => {
  const seen = new Set<string>();
  await client.next('MESSAGE', ({ headers }) => seen.add(headers.ack!).size >= count);
  return client.messages.slice(0, count);
};

describe('a queue', () => {
  it('shares 300 messages between pages and TCP clients, each going to one of them, once', async () => {
    fresh();
    const sender = await served.page();
    const heard: string[] = [];
    const done = new Promise<void>((resolve) => {
      const hear = (message: IMessage): void => {
        heard.push(message.body);
        message.ack();
        if (heard.length === 300) resolve();
      };
      void (async () => {
        for (let i = 0; i < 2; i++) {
          const page = await served.page();
          page.client.subscribe(queue, hear, { ack: 'client-individual', 'prefetch-count': '10' });
        }
        const tcp = await served.tcp();
        tcp.onMessage = ({ headers, body }) => {
          heard.push(String(body));
          tcp.frame('ACK', { id: headers.ack! });
          if (heard.length === 300) resolve();
        };
        tcp.frame('SUBSCRIBE', { id: '0', destination: queue, ack: 'client', 'prefetch-count': '10' });
        for (let n = 0; n < 300; n++) sender.client.publish({ destination: queue, body: String(n) });
      })();
    });
    await done;
    expect(new Set(heard).size).toBe(300);
  });

  it('gives what a killed connection did not acknowledge to another, in its order, and says so', async () => {
    fresh();
    const sender = await served.page();
    const first = await consumer('client');
    for (const body of ['1', '2', '3']) await sender.send(queue, body);
    const given = await messages(first, 3);
    await first.confirmed('ACK', { id: given[0]!.headers.ack! });
    first.drop();
    const page = await served.page();
    const again = await page.subscribe(queue, { ack: 'client-individual' });
    const heard = await again.messages.count(2);
    expect(bodies(heard)).toEqual(['2', '3']);
    expect(heard.map(({ headers }) => [headers.redelivered, headers['delivery-count']])).toEqual([
      ['true', '2'],
      ['true', '2'],
    ]);
  });

  it('makes dead letters of what is refused too often, which tell why', async () => {
    fresh();
    const page = await served.page();
    await page.send(queue, 'poison', { own: 'header' });
    const { messages: given } = await page.subscribe(queue, { ack: 'client-individual' });
    for (let at = 0; at < 3; at++) (await given.count(at + 1))[at]!.nack();
    const dead = await (await served.page()).subscribe('/queue/dead-letter');
    const letter = await dead.messages.first(({ body }) => body === 'poison', 'the dead letter');
    expect(letter.headers).toMatchObject({
      destination: '/queue/dead-letter',
      'dead-letter-reason': 'too-many-deliveries',
      'dead-letter-destination': queue,
      'delivery-count': '3',
      own: 'header',
    });
  });

  it('tells who fills it that it is full, and takes again when there is room', async () => {
    fresh();
    const sender = await served.page();
    const { messages: errors } = await sender.subscribe('/user/queue/errors');
    for (let n = 0; n < 300; n++) sender.client.publish({ destination: queue, body: String(n) });
    sender.client.publish({ destination: queue, body: 'too much', headers: { receipt: 'late' } });
    const [error] = await errors.count(1);
    expect([JSON.parse(error!.body).code, error!.headers['receipt-id']]).toEqual(['queue-full', 'late']);
    const taker = await consumer('auto');
    await taker.message('299');
    await sender.send(queue, 'room again');
    await taker.message('room again');
  });

  it('gives a slow reader no more than it takes, and the rest to the others', async () => {
    fresh();
    const slow = await consumer('client-individual', { 'prefetch-count': '5' });
    slow.socket.pause();
    const quick = await consumer();
    quick.onMessage = ({ headers }) => quick.frame('ACK', { id: headers.ack! });
    const sender = await served.page();
    for (let n = 0; n < 100; n++) sender.client.publish({ destination: queue, body: 'x'.repeat(20_000) });
    await messages(quick, 95);
    slow.drop();
    await messages(quick, 100);
    expect(quick.messages.filter(({ headers }) => headers.redelivered === 'true')).toHaveLength(5);
  });
});

describe('acknowledgement', () => {
  it.each([
    ['1.0', (headers: Record<string, string>) => ({ 'message-id': headers['message-id']! })],
    [
      '1.1',
      (headers: Record<string, string>) => ({ 'message-id': headers['message-id']!, subscription: 's' }),
    ],
    ['1.2', (headers: Record<string, string>) => ({ id: headers.ack! })],
  ])('works in STOMP %s, and a second one is an ERROR that names it', async (version, name) => {
    fresh();
    const client = await served.tcp({ 'accept-version': version });
    await client.confirmed('SUBSCRIBE', { id: 's', destination: queue, ack: 'client' });
    await client.confirmed('SEND', { destination: queue }, 'one');
    const { headers } = await client.message('one');
    await client.confirmed('ACK', name(headers));
    client.frame('ACK', { ...name(headers), receipt: 'twice' });
    const error = await client.next('ERROR');
    expect(error.headers).toMatchObject({ code: 'unknown-delivery', 'receipt-id': 'twice' });
    expect(error.headers.message).toContain(headers.ack ?? headers['message-id']);
    await client.ended;
  });

  it('works on topics, for each subscriber by itself', async () => {
    const page = await served.page();
    const one = await page.subscribe('/topic/acknowledged', {
      ack: 'client-individual',
      'prefetch-count': '1',
    });
    const other = await (await served.page()).subscribe('/topic/acknowledged');
    await page.send('/topic/acknowledged', '1');
    await page.send('/topic/acknowledged', '2');
    await other.messages.count(2);
    const [first] = await one.messages.count(1);
    first!.nack();
    const again = (await one.messages.count(2))[1]!;
    expect([again.body, again.headers.redelivered]).toEqual(['1', 'true']);
    again.ack();
    expect((await one.messages.count(3))[2]!.body).toBe('2');
  });
});
