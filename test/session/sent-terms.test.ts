// Headers of a SEND that say what its queue is like, as clients of RabbitMQ write them.
import { beforeEach, describe, expect, it } from 'vitest';
import { profiles } from '../../src/session/profile.ts';
import { type Client, World } from './world.ts';

let world: World;
let client: Client;
beforeEach(async () => {
  world = new World({ profile: profiles.rabbitmq });
  client = await world.connected();
});

const send = (body: string, headers: Record<string, string> = {}): Client =>
  client.say('SEND', { destination: '/queue/a', ...headers }, body);
const take = (headers: Record<string, string> = {}): Client =>
  client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ...headers });
const bodies = async (): Promise<string[]> => (await client.heard()).map(({ body }) => body);

describe('a SEND to a queue says what it is like', () => {
  it('how many wait, and how long', async () => {
    const terms = { 'x-max-length': '2', 'x-message-ttl': '1000' };
    for (const body of ['1', '2', '3']) send(body, terms);
    world.now += 999;
    send('4');
    expect(world.dropped).toEqual(['1 overflow', '2 overflow']);
    world.now += 1;
    take(terms);
    expect(await bodies()).toEqual(['4']);
    expect(world.dropped).toContain('3 expired');
  });

  it('when it is gone', async () => {
    send('1', { 'auto-delete': 'true' });
    take({ 'auto-delete': 'true', ack: 'client' });
    client.say('UNSUBSCRIBE', { id: 's' });
    expect([await bodies(), world.queues.size.waiting]).toEqual([['1'], 0]);
  });

  it('once: who says something else is refused, and nothing is sent', async () => {
    send('1', { 'x-max-length': '2' });
    send('2', { 'x-max-length': '3', receipt: 'r' });
    const { code, frame } = await client.ended();
    expect([code, frame!.headers['receipt-id'], world.queues.size.waiting]).toEqual(['bad-header', 'r', 1]);
  });

  it('within a transaction, before that is done', async () => {
    client.say('BEGIN', { transaction: 't' });
    for (const body of ['1', '2']) send(body, { transaction: 't', 'x-max-length': '1' });
    client.say('COMMIT', { transaction: 't' });
    take({ 'x-max-length': '1' });
    expect(await bodies()).toEqual(['2']);
  });

  it('nothing of topics, and nothing that its sender may not send to', async () => {
    client.say('SEND', { destination: '/topic/a', 'x-max-length': 'many' });
    world.rules.deny.send('/queue/b');
    client.say('SEND', { destination: '/queue/b', 'x-max-length': '1' });
    expect((await client.ended()).code).toBe('denied');
    const other = await world.connected();
    other.say('SUBSCRIBE', { id: 'b', destination: '/queue/b', 'x-max-length': '5', receipt: 'r' });
    await other.hears('RECEIPT');
  });

  it('nothing that is no number, and then nothing is sent', async () => {
    send('1', { 'x-message-ttl': 'soon', receipt: 'r' });
    expect([(await client.ended()).code, world.queues.size.waiting]).toEqual(['bad-header', 0]);
  });

  it('to nobody without that profile', async () => {
    world = new World();
    client = await world.connected();
    for (const body of ['1', '2']) send(body, { 'x-max-length': '1' });
    expect(world.queues.size.waiting).toBe(2);
  });
});

describe('a SEND makes a queue its session’s own', () => {
  /** Who comes from elsewhere, and what it is told. */
  const comes = async (headers: Record<string, string> = {}): Promise<Client> =>
    (await world.connected()).say('SUBSCRIBE', { id: 's', destination: '/queue/a', ...headers });
  const waiting = (): number => world.queues.size.waiting;
  const taken = async (unsubscribes = true): Promise<string[]> => {
    take({ ack: 'client' });
    const found = await bodies();
    if (unsubscribes) client.say('UNSUBSCRIBE', { id: 's' });
    return found;
  };

  it.each([
    { exclusive: 'true' },
    { durable: 'false' },
    { durable: 'false', 'auto-delete': 'false' },
    { exclusive: 'true', durable: 'true', 'x-max-length': '9' },
  ])('until it ends: %o', async (headers) => {
    send('1', headers);
    send('2', headers);
    send('3');
    expect((await (await comes()).ended()).code).toBe('denied');
    expect((await (await comes(headers)).ended()).code).toBe('denied');
    const sender = await world.connected();
    sender.say('SEND', { destination: '/queue/a', ...headers });
    expect((await sender.ended()).code).toBe('denied');
    expect(await taken(false)).toEqual(['1', '2', '3']);
    client.session.closed(1006, 'gone');
    expect(waiting()).toBe(0);
    const other = await comes({ 'x-max-length': '3', receipt: 'r' });
    await other.hears('RECEIPT');
  });

  it('also when it takes from it in between, as long as it is not to go with its last consumer', async () => {
    for (const _ of [1, 2]) {
      send('1', { exclusive: 'true' });
      expect(await taken()).toContain('1');
    }
    expect(waiting()).toBeGreaterThan(0);
    expect((await (await comes()).ended()).code).toBe('denied');
  });

  it.each([{ durable: 'false' }, { exclusive: 'true', 'auto-delete': 'true' }])(
    'and it goes with the last consumer: %o',
    async (headers) => {
      for (const body of ['1', '2']) {
        send(body, headers);
        expect(await taken()).toEqual([body]);
        expect(waiting()).toBe(0);
      }
      await (await comes({ receipt: 'r' })).hears('RECEIPT');
    },
  );

  it('not where it says otherwise', async () => {
    send('1', { durable: 'false', exclusive: 'false', 'auto-delete': 'false' });
    send('2', { durable: 'true', persistent: 'false' });
    expect((await (await comes()).heard()).map(({ body }) => body)).toEqual(['1', '2']);
  });

  it('durable:false exclusive:false: gone with the last consumer, whoever that is', async () => {
    send('1', { durable: 'false', exclusive: 'false' });
    const other = await comes({ durable: 'false', exclusive: 'false', ack: 'client' });
    await other.hears('MESSAGE');
    other.say('UNSUBSCRIBE', { id: 's' });
    expect([waiting(), await taken()]).toEqual([0, []]);
  });

  it('not what is another’s, and once: who says something else is refused', async () => {
    send('1', { exclusive: 'true' });
    const other = await world.connected();
    other.say('SEND', { destination: '/queue/a', exclusive: 'true' });
    expect((await other.ended()).code).toBe('denied');
    send('2', { exclusive: 'true', 'x-max-length': '1' });
    expect((await client.ended()).code).toBe('bad-header');
  });

  it('within a transaction, before that is done', async () => {
    client.say('BEGIN', { transaction: 't' });
    send('1', { transaction: 't', exclusive: 'true' });
    expect((await (await comes()).ended()).code).toBe('denied');
    client.say('COMMIT', { transaction: 't' });
    expect(await taken()).toEqual(['1']);
  });

  it('no more of them than it may have subscriptions', async () => {
    for (let n = 0; n < 6; n++) client.say('SEND', { destination: `/queue/${n}`, exclusive: 'true' }, 'x');
    expect((await client.ended()).code).toBe('too-many-subscriptions');
    expect(waiting()).toBe(0);
  });
});
