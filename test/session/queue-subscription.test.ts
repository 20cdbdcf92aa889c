// Subscriptions that take from queues: one of many, redelivery, credit, and topics whose deliveries are acknowledged.
import { beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../broker/gate.ts';
import { type Client, type Heard, World } from './world.ts';

let world: World;
let sender: Client;
beforeEach(async () => {
  world = new World();
  sender = await world.connected();
});

async function taker(destination: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = await world.connected();
  return client.say('SUBSCRIBE', { id: 's', destination, ...headers });
}

function send(destination: string, ...bodies: string[]): void {
  for (const body of bodies) sender.say('SEND', { destination }, body);
}

const bodiesOf = (frames: readonly Heard[]): string[] => frames.map(({ body }) => body);

const bodies = async (client: Client): Promise<string[]> => bodiesOf(await client.heard());

describe('a queue', () => {
  it('gives each message to one of its consumers, in turns', async () => {
    const clients = [await taker('/queue/a'), await taker('/queue/a'), await taker('/queue/b')];
    send('/queue/a', '1', '2', '3', '4');
    expect(await Promise.all(clients.map(bodies))).toEqual([['1', '3'], ['2', '4'], []]);
    expect(await world.metrics.text()).toMatch(/^stompwire_queue_deliveries_total 4$/m);
  });

  it('keeps what is sent until somebody comes, who hears his RECEIPT first', async () => {
    sender.say('SEND', { destination: '/queue/a', receipt: 'kept' }, '1');
    await sender.hears('RECEIPT');
    const client = await taker('/queue/a', { receipt: 'r' });
    expect((await client.heard()).map(({ command }) => command)).toEqual(['RECEIPT', 'MESSAGE']);
  });

  it('passes on what its sender says of it, and nothing that a sender may not say', async () => {
    const client = await taker('/queue/a');
    sender.say('SEND', {
      destination: '/queue/a',
      persistent: 'true',
      priority: '7',
      own: 'x',
      redelivered: 'true',
      'delivery-count': '9',
      'dead-letter-reason': 'forged',
    });
    const { headers } = await client.hears('MESSAGE');
    expect(headers).toMatchObject({ persistent: 'true', priority: '7', own: 'x' });
    for (const name of ['redelivered', 'delivery-count', 'dead-letter-reason'])
      expect(headers[name]).toBeUndefined();
  });

  it('gives what a lost connection did not acknowledge to others, in its old place', async () => {
    const first = await taker('/queue/a', { ack: 'client' });
    send('/queue/a', '1', '2');
    await first.heard();
    first.connection.end();
    send('/queue/a', '3');
    const other = await taker('/queue/a', { ack: 'client' });
    const frames = await other.heard();
    expect(bodiesOf(frames)).toEqual(['1', '2', '3']);
    expect(frames.map(({ headers }) => headers.redelivered)).toEqual(['true', 'true', undefined]);
  });

  it('gives nothing to a session that was told its last word', async () => {
    const first = await taker('/queue/a', { ack: 'client' });
    const second = await taker('/queue/a', { ack: 'client' });
    send('/queue/a', '1', '2');
    await second.heard();
    first.say('ACK', { id: 'none' });
    expect((await first.heard()).at(-1)!.command).toBe('ERROR');
    expect(await bodies(second)).toEqual(['1']);
    send('/queue/a', '3', '4');
    expect(await bodies(second)).toEqual(['3', '4']);
    expect(await first.heard()).toEqual([]);
  });

  it('does not give again, to another, what a leaving client was sent', async () => {
    const first = await taker('/queue/a');
    const second = await taker('/queue/a');
    send('/queue/a', '1');
    first.say('DISCONNECT', { receipt: 'bye' });
    send('/queue/a', '2');
    expect(bodiesOf((await first.heard()).slice(0, 1))).toEqual(['1']);
    expect(await bodies(second)).toEqual(['2']);
  });

  it.each(['none', 'client'])(
    'takes nothing more for a session that ends, whose last word is %s',
    async (word) => {
      const client = await taker('/queue/a', { ack: 'client' });
      client.say('SUBSCRIBE', { id: 'auto', destination: '/queue/a' });
      client.say('SUBSCRIBE', { id: 'more', destination: '/queue/a', ack: 'client' });
      send('/queue/a', '1');
      expect(await bodies(client)).toEqual(['1']);
      if (word === 'client') client.say('ACK', { id: 'none' });
      else client.connection.end();
      expect((await client.heard('1.2')).filter(({ command }) => command === 'MESSAGE')).toEqual([]);
      expect(world.queues.size).toEqual({ waiting: 1, outstanding: 0 });
      const { headers } = await (await taker('/queue/a')).hears('MESSAGE');
      expect(headers['delivery-count']).toBe('2');
    },
  );

  it('gives to others, for the first time, what a subscription that ends never had', async () => {
    const first = await taker('/queue/a', { 'prefetch-count': '1' });
    send('/queue/a', '1', '2');
    first.say('UNSUBSCRIBE', { id: 's' });
    expect(await bodies(first)).toEqual(['1']);
    const { body, headers } = await (await taker('/queue/a')).hears('MESSAGE');
    expect([body, headers.redelivered]).toEqual(['2', undefined]);
  });

  it('that is asked for while a session ends gives it nothing', async () => {
    const gate = new Gate();
    const { consume } = world.queues;
    world.queues.consume = ((...asked: Parameters<typeof consume>) =>
      gate.opened.then(() => consume.apply(world.queues, asked))) as unknown as typeof consume;
    send('/queue/a', '1');
    const client = await taker('/queue/a', { ack: 'client' });
    client.session.close(1001, 'going');
    gate.resolve();
    expect(await client.heard()).toEqual([]);
    client.connection.end();
    expect(world.queues.size).toEqual({ waiting: 1, outstanding: 0 });
    const { headers } = await (await taker('/queue/a')).hears('MESSAGE');
    expect(headers.redelivered).toBeUndefined();
  });

  it('gives again what a broken connection had not taken, also to who acknowledges nothing', async () => {
    const first = await taker('/queue/a');
    await first.heard();
    first.connection.stop();
    send('/queue/a', '1');
    await world.settled();
    expect(world.queues.size).toEqual({ waiting: 0, outstanding: 1 });
    first.connection.end();
    const second = await taker('/queue/a');
    expect(await bodies(second)).toEqual(['1']);
  });

  it('does not end a client that is given more than may wait for it at once', async () => {
    const large = 'x'.repeat(9000);
    world = new World({ outboxBytes: 20_000 });
    sender = await world.connected();
    send('/queue/a', large, large, large, large, large);
    const client = await world.connected();
    client.connection.stop();
    client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    await world.settled();
    expect([client.connection.closes, world.queues.size.outstanding]).toEqual([[], 5]);
    client.connection.read();
    expect(await client.heard()).toHaveLength(5);
  });

  it('delivers higher priorities first, and nothing that has expired', async () => {
    sender.say('SEND', { destination: '/queue/a', priority: '1' }, 'low');
    sender.say('SEND', { destination: '/queue/a', priority: '9' }, 'high');
    sender.say('SEND', { destination: '/queue/a', expires: String(world.now + 100) }, 'late');
    sender.say('SEND', { destination: '/queue/a', expiration: '100' }, 'late too');
    sender.say('SEND', { destination: '/queue/a', expires: '0', expiration: '1' }, 'never late');
    world.pass(100);
    expect(await bodies(await taker('/queue/a'))).toEqual(['high', 'never late', 'low']);
    expect(world.dropped).toEqual(['late expired', 'late too expired']);
  });

  it.each([
    ['priority', 'high'],
    ['priority', '-1'],
    ['expires', 'soon'],
    ['expiration', '-5'],
    ['expiration', '1.5'],
  ])('refuses %s:%s, naming both', async (name, value) => {
    sender.say('SEND', { destination: '/queue/a', [name]: value, receipt: 'r' });
    const { code, frame } = await sender.ended();
    expect(code).toBe('bad-header');
    expect(frame!.headers).toMatchObject({
      message: expect.stringContaining(`${name}:${value}`),
      'receipt-id': 'r',
    });
  });

  it('tells who sends one too many, on the error queue and in the place of the RECEIPT', async () => {
    sender.say('SUBSCRIBE', { id: 'e', destination: '/user/queue/errors' });
    send('/queue/a', ...'1234567890');
    sender.say('SEND', { destination: '/queue/a', receipt: 'r' }, 'too many');
    const { body, headers } = await sender.hears('MESSAGE');
    expect([JSON.parse(body).code, headers['receipt-id']]).toEqual(['queue-full', 'r']);
    expect(await bodies(await taker('/queue/a'))).toHaveLength(10);
  });

  it.each([
    ['SUBSCRIBE', { destination: '/queue/*' }, 'bad-destination'],
    ['SUBSCRIBE', { destination: '/queue/**' }, 'bad-destination'],
    ['SUBSCRIBE', { destination: '/queue/a', selector: "color = 'red'" }, 'not-supported'],
    ['SUBSCRIBE', { destination: '/topic/a', selector: "color = 'red'" }, 'not-supported'],
    ['SEND', { destination: '/queue/*' }, 'bad-destination'],
    ['SEND', { destination: '/queue/a', 'exclude-sender': 'true' }, 'not-supported'],
    ['SEND', { destination: '/queue/a', 'receipt-level': 'stored' }, 'not-stored'],
  ])('refuses %s with %j', async (command, headers, code) => {
    const errors = await taker('/user/queue/errors');
    errors.say(command, { id: '1', ...headers } as Record<string, string>);
    const frame = (await errors.heard()).at(-1)!;
    expect(frame.headers.code ?? JSON.parse(frame.body).code).toBe(code);
  });

  it('is held to rules', async () => {
    world.rules.deny.send('/queue/orders', 'no orders today').deny.subscribe('/queue/secret', 'nobody');
    sender.say('SEND', { destination: '/queue/orders' });
    expect((await sender.ended()).frame?.headers.message).toBe('no orders today');
    expect((await (await taker('/queue/secret')).ended()).frame?.headers.message).toBe('nobody');
    expect(world.queues.size.waiting).toBe(0);
  });

  it('can be written to by the server', async () => {
    await world.router.publisher.publish('/queue/a', { order: 7 });
    const { headers, body } = await (await taker('/queue/a')).hears('MESSAGE');
    expect([headers['content-type'], body]).toEqual(['application/json', '{"order":7}']);
  });

  it('takes what a handler answers', async () => {
    world.app.message('/order', { sendTo: '/queue/a' }, () => 'taken');
    send('/app/order', 'x');
    expect(await bodies(await taker('/queue/a'))).toEqual(['taken']);
  });
});

describe('outbound interceptors', () => {
  it('see what a queue gives, and what they drop is given to nobody', async () => {
    world.outgoing.use((outbound, next) => {
      if (outbound.message.body.toString() === 'bad') return;
      outbound.message = outbound.message.with({ headers: [...outbound.message.headers, 'seen', 'yes'] });
      return next();
    });
    send('/queue/a', 'bad', 'good');
    const client = await taker('/queue/a', { ack: 'client' });
    const { body, headers } = await client.hears('MESSAGE');
    expect([body, headers.seen]).toEqual(['good', 'yes']);
    expect(world.queues.size).toEqual({ waiting: 0, outstanding: 1 });
  });

  it('of sessions see each delivery; one that takes its time keeps the order', async () => {
    world.outgoing.use({ per: 'session', destination: '/queue/*' }, async ({ message }, next) => {
      if (message.body.toString() === 'slow') await new Promise(setImmediate);
      if (message.body.toString() === 'broken') throw new Error('broken');
      await next();
    });
    const client = await taker('/queue/a', { ack: 'client' });
    send('/queue/a', 'slow', 'broken', 'quick');
    await world.settled();
    await world.settled();
    const frames = await client.heard();
    expect(bodiesOf(frames)).toEqual(['slow', 'quick']);
    expect(world.queues.size.outstanding).toBe(2);
    client.say('ACK', { id: frames[1]!.headers.ack! });
    expect(world.queues.size.outstanding).toBe(0);
  });
});

describe('a topic whose deliveries are acknowledged', () => {
  it('brings every subscriber its own, of which it has no more than its prefetch', async () => {
    const one = await taker('/topic/a', { ack: 'client-individual', 'prefetch-count': '2' });
    const other = await taker('/topic/a');
    send('/topic/a', '1', '2', '3');
    const frames = await one.heard();
    expect(bodiesOf(frames)).toEqual(['1', '2']);
    expect(await bodies(other)).toEqual(['1', '2', '3']);
    one.say('ACK', { id: frames[1]!.headers.ack! });
    expect(await bodies(one)).toEqual(['3']);
  });

  it('brings again what is refused, so often and no more, and counts what it loses', async () => {
    const one = await taker('/topic/*', { ack: 'client' });
    send('/topic/a', '1');
    for (const count of [undefined, '2', '3']) {
      const { headers } = await one.hears('MESSAGE');
      expect([headers['delivery-count'], headers.destination]).toEqual([count, '/topic/a']);
      one.say('NACK', { id: headers.ack! });
    }
    expect(await one.heard()).toEqual([]);
    expect(await world.metrics.text()).toMatch(/^stompwire_topic_messages_lost_total 1$/m);
    expect(world.queues.size.waiting).toBe(0);
  });

  it('ends a client that lets more wait than may wait', async () => {
    world = new World({ outboxBytes: 2000 });
    sender = await world.connected();
    const one = await taker('/topic/a', { ack: 'client', 'prefetch-count': '1' });
    send('/topic/a', ...'123456789');
    expect(await one.ended()).toMatchObject({ code: 'slow-client', close: 4500 });
  });

  it('works for queues of a user, and hears nothing after its end', async () => {
    const one = await taker('/user/queue/x', { ack: 'client' });
    world.users.sendToSession(one.session.id, '/queue/x', 'mine');
    const { headers } = await one.hears('MESSAGE');
    one.say('ACK', { id: headers.ack!, receipt: 'r' });
    await one.hears('RECEIPT');
    one.say('UNSUBSCRIBE', { id: 's' });
    world.users.sendToSession(one.session.id, '/queue/x', 'gone');
    expect(await one.heard()).toEqual([]);
  });

  it('lets a message expire that waits', async () => {
    const one = await taker('/topic/a', { ack: 'client', 'prefetch-count': '1' });
    send('/topic/a', '1');
    sender.say('SEND', { destination: '/topic/a', expiration: '50' }, 'late');
    send('/topic/a', '3');
    const { headers } = await one.hears('MESSAGE');
    world.pass(60);
    one.say('ACK', { id: headers.ack! });
    expect(await bodies(one)).toEqual(['3']);
  });
});
