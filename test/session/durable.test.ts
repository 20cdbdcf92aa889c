// Durable subscriptions: what is published while their client is away is there when it comes back.
import { beforeEach, describe, expect, it } from 'vitest';
import { profiles } from '../../src/session/profile.ts';
import { as, proven } from './proven.ts';
import { World as AnyWorld, type Client } from './world.ts';

let world: AnyWorld;
let sender: Client;
beforeEach(async () => {
  world = new AnyWorld();
  sender = await world.connected();
});

const away = (client: Client): void => client.connection.end();

async function durable(
  clientId: string,
  headers: Record<string, string> = {},
  connect: Record<string, string> = {},
): Promise<Client> {
  const client = await world.connected({ 'client-id': clientId, ...connect });
  return client.say('SUBSCRIBE', { id: 's', destination: '/topic/a', durable: 'true', ...headers });
}

const publish = (...bodies: string[]): void => {
  for (const body of bodies) sender.say('SEND', { destination: '/topic/a' }, body);
};

const bodies = async (client: Client): Promise<string[]> => (await client.heard()).map(({ body }) => body);

describe('a durable subscription', () => {
  it('that is exclusive is neither shared nor led elsewhere by another session, and ends with its own', async () => {
    world = new AnyWorld({ profile: profiles.rabbitmq });
    const own = await durable('phone', { exclusive: 'true' });
    for (const destination of ['/topic/a', '/topic/b']) {
      const other = await durable('phone', { destination });
      expect((await other.hears('ERROR')).headers.code).toBe('denied');
    }
    sender = await world.connected();
    publish('1');
    expect(await bodies(own)).toEqual(['1']);
    away(own);
    expect(world.queues.bindings.empty).toBe(true);
  });

  it('hears what is published while it is there and while it is away, once, in its order', async () => {
    const first = await durable('phone');
    publish('1');
    const { headers } = await first.hears('MESSAGE');
    expect([headers.destination, headers.subscription]).toEqual(['/topic/a', 's']);
    away(first);
    publish('2', '3');
    const second = await durable('phone');
    publish('4');
    expect(await bodies(second)).toEqual(['2', '3', '4']);
  });

  it('gives again what was not acknowledged', async () => {
    const first = await durable('phone', { ack: 'client' });
    publish('1', '2');
    const [one] = await first.heard();
    first.say('ACK', { id: one!.headers.ack! });
    away(first);
    const [again] = await (await durable('phone', { ack: 'client' })).heard();
    expect([again!.body, again!.headers.redelivered]).toEqual(['2', 'true']);
  });

  it('is of a client and a name: others have their own', async () => {
    for (const [clientId, id] of [
      ['phone', 's'],
      ['tablet', 's'],
      ['phone', 't'],
    ] as const)
      away(await durable(clientId, { id }));
    publish('1');
    expect(await bodies(await durable('phone'))).toEqual(['1']);
    expect(await bodies(await durable('phone'))).toEqual([]);
    expect(await bodies(await durable('tablet'))).toEqual(['1']);
    expect(await bodies(await durable('phone', { id: 't' }))).toEqual(['1']);
  });

  it('is named by activemq.subscriptionName as well', async () => {
    const named = { 'activemq.subscriptionName': 'news', durable: 'false' };
    away(await durable('phone', { ...named, id: '1' }));
    publish('1');
    expect(await bodies(await durable('phone', { ...named, id: '2' }))).toEqual(['1']);
  });

  it('ends with UNSUBSCRIBE durable:true, and what was kept with it', async () => {
    const first = await durable('phone');
    first.say('UNSUBSCRIBE', { id: 's' });
    publish('kept');
    expect(await bodies(await durable('phone'))).toEqual(['kept']);
    const other = await world.connected({ 'client-id': 'phone' });
    publish('lost');
    other.say('UNSUBSCRIBE', { id: 's', durable: 'true', receipt: 'r' });
    await other.hears('RECEIPT');
    publish('lost too');
    expect(world.queues.size.waiting).toBe(0);
    expect(await bodies(await durable('phone'))).toEqual([]);
    other.say('UNSUBSCRIBE', { id: 'never', durable: 'true', receipt: 'r' });
    await other.hears('RECEIPT');
  });

  it('that has ended elsewhere waits for no ACK', async () => {
    const client = await durable('phone', { ack: 'client' });
    publish('1');
    const { headers } = await client.hears('MESSAGE');
    const other = await world.connected({ 'client-id': 'phone' });
    other.say('UNSUBSCRIBE', { id: 's', durable: 'true' });
    client.say('ACK', { id: headers.ack!, receipt: 'r' });
    const { code, frame } = await client.ended();
    expect([code, frame!.headers['receipt-id']]).toEqual(['unknown-delivery', 'r']);
  });

  it('hears patterns, and forgets what another destination left', async () => {
    away(await durable('phone', { destination: '/topic/*' }));
    publish('1');
    expect(await bodies(await durable('phone', { destination: '/topic/*' }))).toEqual(['1']);
    publish('2');
    expect(await bodies(await durable('phone', { destination: '/topic/b' }))).toEqual([]);
  });

  it('is not told what its own session excludes itself from', async () => {
    const client = await durable('phone', { ack: 'client' });
    client.say('SEND', { destination: '/topic/a', 'exclude-sender': 'true' }, 'mine');
    publish('yours');
    expect(await bodies(client)).toEqual(['yours']);
    expect(world.queues.size.outstanding).toBe(1);
  });

  it('is shared by sessions of one client, each message going to one of them', async () => {
    const [one, two] = [await durable('phone'), await durable('phone')];
    publish('1', '2');
    expect([await bodies(one), await bodies(two)]).toEqual([['1'], ['2']]);
  });

  it('is one of so many', async () => {
    for (const id of ['1', '2', '3']) away(await durable('phone', { id }));
    expect(await (await durable('phone', { id: '4' })).ended()).toMatchObject({
      code: 'too-many-durable-subscriptions',
      close: 1008,
    });
    away(await durable('phone', { id: '3' }));
  });

  it('keeps so much and no more, and its publishers are not told', async () => {
    away(await durable('phone'));
    publish(...'12345678901');
    expect((await sender.heard()).length).toBe(0);
    expect(await bodies(await durable('phone'))).toHaveLength(10);
    expect(world.dropped).toEqual(['1 overflow']);
  });

  it('is held to the rules of its destination', async () => {
    world.rules.deny.subscribe('/topic/a', 'members only');
    expect((await (await durable('phone')).ended()).frame?.headers.message).toBe('members only');
    publish('1');
    expect(world.queues.size.waiting).toBe(0);
  });

  it.each([
    [{ destination: '/user/queue/x' }, 'not-supported'],
    [{ destination: '/app/x' }, 'not-supported'],
    [{ destination: '/elsewhere/x' }, 'not-supported'],
    [{ 'resume-from': 'first' }, 'not-supported'],
  ])('is refused with %j', async (headers, code) => {
    expect((await (await durable('phone', headers as Record<string, string>)).ended()).code).toBe(code);
  });

  it('needs a name of its client', async () => {
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: 's', destination: '/topic/a', durable: 'true' });
    const { code, frame } = await client.ended();
    expect(code).toBe('bad-header');
    expect(frame!.headers.message).toContain('client-id');
    const bad = world.client().say('CONNECT', { 'accept-version': '1.0', 'client-id': ' ' });
    expect((await bad.ended()).code).toBe('bad-header');
  });
});

describe('a user who proved a name', () => {
  it('has durable subscriptions that no other user and no guest takes from', async () => {
    world = new AnyWorld({ authenticator: proven() });
    sender = await world.connected(as('sam'));
    away(await durable('phone', {}, as('ann')));
    publish('for ann');
    expect(await bodies(await durable('phone', {}, as('eve')))).toEqual([]);
    const guest = await world.connected({ 'client-id': 'user:ann:phone' });
    guest.say('SUBSCRIBE', { id: 's', destination: '/topic/a', durable: 'true' });
    expect(await bodies(guest)).toEqual([]);
    expect(await bodies(await durable('phone', {}, as('ann')))).toEqual(['for ann']);
  });

  it('needs no client-id', async () => {
    world = new AnyWorld({ authenticator: proven() });
    sender = await world.connected(as('sam'));
    for (const heard of [[], ['1']]) {
      const client = await world.connected(as('ann'));
      client.say('SUBSCRIBE', { id: 's', destination: '/topic/a', durable: 'true' });
      expect(await bodies(client)).toEqual(heard);
      away(client);
      publish('1');
    }
  });
});
