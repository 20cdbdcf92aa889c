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

  it('not whose it is, nothing of topics, and nothing that its sender may not send to', async () => {
    send('1', { exclusive: 'true', durable: 'false' });
    client.say('SEND', { destination: '/topic/a', 'x-max-length': 'many' });
    const other = await world.connected();
    other.say('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    expect((await other.hears('MESSAGE')).body).toBe('1');
    world.rules.deny.send('/queue/b');
    client.say('SEND', { destination: '/queue/b', 'x-max-length': '1' });
    expect((await client.ended()).code).toBe('denied');
    other.say('SUBSCRIBE', { id: 'b', destination: '/queue/b', 'x-max-length': '5', receipt: 'r' });
    await other.hears('RECEIPT');
  });

  it('to nobody without that profile', async () => {
    world = new World();
    client = await world.connected();
    for (const body of ['1', '2']) send(body, { 'x-max-length': '1' });
    expect(world.queues.size.waiting).toBe(2);
  });
});
