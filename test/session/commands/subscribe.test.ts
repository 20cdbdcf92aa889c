// SUBSCRIBE and UNSUBSCRIBE: ids, limits, versions, patterns, and relays that do not promise delivery.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { MemoryRelay } from '../../../src/relay/memory.ts';
import { SlowRelay } from '../../broker/slow-relay.ts';
import { type Client, World } from '../world.ts';

const subscribe = (
  client: Client,
  id: string,
  destination = '/topic/a',
  more: Record<string, string> = {},
): Client => client.say('SUBSCRIBE', { id, destination, ...more });

describe('a subscription', () => {
  it('hears what is sent after it, under its id, until it ends', async () => {
    const client = await new World().connected();
    client.say('SEND', { destination: '/topic/a' }, 'early');
    subscribe(client, 's1').say('SEND', { destination: '/topic/a' }, 'heard');
    client.say('UNSUBSCRIBE', { id: 's1' }).say('SEND', { destination: '/topic/a' }, 'late');
    expect(await client.heard()).toMatchObject([
      { command: 'MESSAGE', headers: { subscription: 's1', destination: '/topic/a' }, body: 'heard' },
    ]);
  });

  it('is one MESSAGE per subscription that matches, each told the concrete destination', async () => {
    const client = await new World().connected();
    subscribe(client, 'exact');
    subscribe(client, 'pattern', '/topic/*');
    client.say('SEND', { destination: '/topic/a' });
    const frames = await client.heard();
    expect(new Set(frames.map(({ headers }) => headers.subscription))).toEqual(new Set(['exact', 'pattern']));
    expect(frames.map(({ headers }) => headers.destination)).toEqual(['/topic/a', '/topic/a']);
  });

  it('has an id in its own session only', async () => {
    const world = new World();
    const [one, other] = [await world.connected(), await world.connected()];
    for (const client of [one, other]) subscribe(client, '0', '/topic/a', { receipt: 'r' });
    for (const client of [one, other]) await client.hears('RECEIPT');
    one.say('UNSUBSCRIBE', { id: '0' }).say('SEND', { destination: '/topic/a' });
    expect(await one.heard()).toEqual([]);
    expect(await other.heard()).toHaveLength(1);
  });

  it('with an id that is in use ends the session', async () => {
    const client = subscribe(await new World().connected(), '0');
    subscribe(client, '0', '/topic/b', { receipt: 'r' });
    expect(await client.ended()).toMatchObject({
      code: 'duplicate-subscription',
      close: 1002,
      frame: { headers: { 'receipt-id': 'r' } },
    });
  });

  it('may take an id again that was given back, and a limit counts what is there', async () => {
    const client = await new World({ maxSubscriptions: 2 }).connected();
    subscribe(client, '0').say('UNSUBSCRIBE', { id: '0' });
    subscribe(subscribe(client, '0'), '1');
    expect(await client.heard()).toEqual([]);
    subscribe(client, '2');
    const { code, close, frame } = await client.ended();
    expect({ code, close }).toEqual({ code: 'too-many-subscriptions', close: 1008 });
    expect(frame!.headers.message).toContain('maxSubscriptions=2');
  });

  it('with an ack that STOMP does not know is refused', async () => {
    const client = subscribe(await new World().connected(), '0', '/topic/a', { ack: 'maybe' });
    expect(await client.ended()).toMatchObject({ code: 'bad-header', close: 1002 });
    const fine = subscribe(await new World().connected(), '0', '/topic/a', { ack: 'auto' });
    expect(await fine.heard()).toEqual([]);
  });

  it('to what nobody serves ends the session with the reason', async () => {
    const client = subscribe(await new World().connected(), '0', '/elsewhere/a');
    expect(await client.ended()).toMatchObject({ code: 'unknown-destination', close: 1008 });
  });

  it('that is no end of one is nothing: pages unsubscribe twice', async () => {
    const client = await new World().connected();
    client.say('UNSUBSCRIBE', { id: 'never', receipt: 'r' });
    expect((await client.hears('RECEIPT')).headers).toEqual({ 'receipt-id': 'r' });
  });

  it('ends with its session, and leaves nothing behind', async () => {
    const world = new World();
    const client = subscribe(subscribe(await world.connected(), '0'), '1', '/topic/*');
    await client.heard();
    expect(await world.metrics.text()).toMatch(/^stompwire_subscriptions 2$/m);
    client.connection.end(1006);
    expect(world.sessions.size).toBe(0);
    expect(world.wheel.size).toBe(0);
    expect(await world.metrics.text()).toMatch(/^stompwire_subscriptions 0$/m);
  });
});

describe('a subscription of STOMP 1.0', () => {
  it('without an id goes by its destination, in its MESSAGEs and at its end', async () => {
    const client = await new World().connected({ 'accept-version': '1.0' });
    client.say('SUBSCRIBE', { destination: '/topic/a' }).say('SEND', { destination: '/topic/a' });
    expect((await client.hears('MESSAGE')).headers.subscription).toBe('/topic/a');
    client.say('UNSUBSCRIBE', { destination: '/topic/a' }).say('SEND', { destination: '/topic/a' });
    expect(await client.heard()).toEqual([]);
  });

  it('with an id goes by that', async () => {
    const client = await new World().connected({ 'accept-version': '1.0' });
    subscribe(client, 'x').say('UNSUBSCRIBE', { destination: '/topic/a' });
    client.say('SEND', { destination: '/topic/a' });
    expect((await client.hears('MESSAGE')).headers.subscription).toBe('x');
    client.say('UNSUBSCRIBE', { id: 'x' }).say('SEND', { destination: '/topic/a' });
    expect(await client.heard()).toEqual([]);
  });
});

describe('a relay that takes its time', () => {
  it('holds the RECEIPT until it promises delivery, for who came second too', async () => {
    const relay = new SlowRelay();
    const world = new World({ relay });
    const [one, other] = [await world.connected(), await world.connected()];
    for (const client of [one, other]) subscribe(client, '0', '/topic/a', { receipt: 'r' });
    for (const client of [one, other]) expect(await client.heard()).toEqual([]);
    relay.gates[0]!.resolve();
    for (const client of [one, other]) await client.hears('RECEIPT');
  });

  it('that refuses is told, and there is no subscription: not even for who came second', async () => {
    const relay = new SlowRelay();
    const world = new World({ relay });
    const clients = [await world.connected(), await world.connected()];
    for (const client of clients) {
      subscribe(client, 'errors', '/user/queue/errors');
      relay.gates.at(-1)!.resolve();
    }
    await world.settled();
    for (const client of clients) subscribe(client, '0', '/topic/a', { receipt: 'r' });
    relay.gates.at(-1)!.reject(new StompwireError('relay-unavailable'));
    for (const client of clients)
      expect((await client.hears('MESSAGE')).headers).toMatchObject({
        subscription: 'errors',
        'receipt-id': 'r',
        'subscription-id': '0',
      });
    clients[0]!.say('SEND', { destination: '/topic/a' });
    for (const client of clients) expect(await client.heard()).toEqual([]);
    subscribe(clients[0]!, '0', '/topic/a', { receipt: 'again' });
    relay.gates.at(-1)!.resolve();
    await clients[0]!.hears('RECEIPT');
  });

  it('that throws at once is no different', async () => {
    class Broken extends MemoryRelay {
      override interest(): void {
        throw new StompwireError('relay-unavailable');
      }
    }
    const relay = new Broken();
    const world = new World({ relay });
    const client = await world.connected();
    subscribe(client, '0');
    await client.heard();
    client.say('SEND', { destination: '/topic/a' });
    expect(await client.heard()).toEqual([]);
    expect(client.session.subscriptions?.size).toBe(0);
  });

  it('is not waited for by a session that has gone, nor fails because of it', async () => {
    const relay = new SlowRelay();
    const world = new World({ relay });
    const client = subscribe(await world.connected(), '0');
    client.connection.end();
    relay.gates[0]!.reject(new StompwireError('relay-unavailable'));
    await world.settled();
    expect(relay.asked).toEqual(['+/topic/a', '-/topic/a']);
  });
});
