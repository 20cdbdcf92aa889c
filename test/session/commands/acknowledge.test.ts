// ACK and NACK: what they name in each version, what they stand for in each mode, and which of them are refused.
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, type Heard, World } from '../world.ts';

let world: World;
let sender: Client;
beforeEach(async () => {
  world = new World();
  sender = await world.connected();
});

/** A client that takes from a queue or a topic, and acknowledges. */
async function taker(
  ack = 'client-individual',
  version = '1.2',
  headers: Record<string, string> = {},
): Promise<Client> {
  const client = await world.connected({ 'accept-version': version });
  return client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ack, ...headers });
}

const send = (...bodies: string[]): void => {
  for (const body of bodies) sender.say('SEND', { destination: '/queue/a' }, body);
};

const bodies = (frames: readonly Heard[]): string[] => frames.map(({ body }) => body);

const waiting = (): { waiting: number; outstanding: number } => world.queues.size;

describe('a delivery', () => {
  it('is named by its ack header in 1.2, and by its message-id before', async () => {
    const [newest, middle, oldest] = [
      await taker(),
      await taker('client', '1.1'),
      await taker('client', '1.0'),
    ];
    send('1', '2', '3');
    const [one, two, three] = [
      await newest.hears('MESSAGE'),
      await middle.hears('MESSAGE'),
      await oldest.hears('MESSAGE'),
    ];
    expect(one.headers.ack).toMatch(/^\d+-\d+$/);
    expect([two.headers.ack, three.headers.ack]).toEqual([undefined, undefined]);
    newest.say('ACK', { id: one.headers.ack!, receipt: 'r' });
    middle.say('ACK', { subscription: 's', 'message-id': two.headers['message-id']!, receipt: 'r' });
    oldest.say('ACK', { 'message-id': three.headers['message-id']!, receipt: 'r' });
    for (const client of [newest, middle, oldest]) await client.hears('RECEIPT');
    expect(waiting()).toEqual({ waiting: 0, outstanding: 0 });
  });

  it('says nothing of acknowledgement to who acknowledges nothing, and is gone when it is taken', async () => {
    const client = await taker('auto');
    send('1');
    const { headers } = await client.hears('MESSAGE');
    expect(Object.keys(headers).sort()).toEqual([
      'content-length',
      'destination',
      'message-id',
      'subscription',
    ]);
    expect(waiting()).toEqual({ waiting: 0, outstanding: 0 });
  });

  it('comes once: a client may have so many unacknowledged, and no more', async () => {
    const client = await taker('client-individual', '1.2', { 'prefetch-count': '2' });
    send('1', '2', '3', '4');
    const [, second] = await client.heard();
    expect(waiting()).toEqual({ waiting: 2, outstanding: 2 });
    client.say('ACK', { id: second!.headers.ack! });
    expect(bodies(await client.heard())).toEqual(['3']);
  });

  it.each([
    [{ 'prefetch-count': '3' }, 3],
    [{ 'activemq.prefetchSize': '4' }, 4],
    [{ 'prefetch-count': '0' }, 6],
    [{ 'prefetch-count': '9999' }, 6],
    [{}, 5],
  ])('with %j is one of %i', async (headers, count) => {
    world = new World({ prefetch: 5, maxPrefetch: 6 });
    sender = await world.connected();
    const client = await taker('client', '1.2', headers);
    send('1', '2', '3', '4', '5', '6', '7', '8');
    expect(await client.heard()).toHaveLength(count);
  });

  it.each(['-1', 'many', '1.5', '9999999999'])('is not limited by a prefetch of %s', async (prefetch) => {
    const client = await taker('client', '1.2', { 'prefetch-count': prefetch });
    expect(await client.ended()).toMatchObject({ code: 'bad-header', close: 1002 });
  });
});

describe('an ACK', () => {
  it('stands for one delivery in mode client-individual', async () => {
    const client = await taker();
    send('1', '2', '3');
    const [, second] = await client.heard();
    client.say('ACK', { id: second!.headers.ack! });
    expect(waiting().outstanding).toBe(2);
  });

  it('stands for all before it in mode client', async () => {
    const client = await taker('client');
    send('1', '2', '3');
    const [, second] = await client.heard();
    client.say('ACK', { id: second!.headers.ack! });
    expect(waiting().outstanding).toBe(1);
  });

  it('that comes again ends the session, which names it and its receipt', async () => {
    const client = await taker();
    send('1');
    const { headers } = await client.hears('MESSAGE');
    client.say('ACK', { id: headers.ack! }).say('ACK', { id: headers.ack!, receipt: 'again' });
    const { code, close, frame } = await client.ended();
    expect([code, close]).toEqual(['unknown-delivery', 1002]);
    expect(frame!.headers.message).toContain(`'${headers.ack}'`);
    expect(frame!.headers['receipt-id']).toBe('again');
  });

  it('of what was acknowledged with a later one is refused in mode client', async () => {
    const client = await taker('client');
    send('1', '2');
    const [first, second] = await client.heard();
    client.say('ACK', { id: second!.headers.ack! }).say('ACK', { id: first!.headers.ack! });
    expect((await client.ended()).code).toBe('unknown-delivery');
  });

  it.each(['', 'x', '1', '1-', '0-0', '1-2', '2-1', '1-1-1', ' 1-1', '99999999999999999999-1'])(
    'of %j is refused',
    async (id) => {
      const client = await taker();
      send('1');
      await client.hears('MESSAGE');
      client.say('ACK', { id });
      expect((await client.ended()).code).toBe('unknown-delivery');
    },
  );

  it('of a message in another subscription, or of another session, is refused', async () => {
    const client = await taker('client', '1.1');
    const other = await taker();
    send('1', '2');
    const { headers } = await client.hears('MESSAGE');
    await other.hears('MESSAGE');
    client.say('ACK', { subscription: 'other', 'message-id': headers['message-id']! });
    other.say('ACK', { id: '3-1' });
    expect((await client.ended()).frame?.headers.message).toContain(headers['message-id']!);
    expect((await other.ended()).code).toBe('unknown-delivery');
  });

  it('before there is any subscription is refused', async () => {
    const client = (await world.connected()).say('ACK', { id: '1-1' });
    expect((await client.ended()).frame?.headers.message).toContain("'1-1'");
  });

  it('after its UNSUBSCRIBE is refused: the message is with somebody else', async () => {
    const client = await taker();
    send('1');
    const { headers } = await client.hears('MESSAGE');
    client.say('UNSUBSCRIBE', { id: 's' });
    expect(waiting()).toEqual({ waiting: 1, outstanding: 0 });
    client.say('ACK', { id: headers.ack! });
    expect((await client.ended()).code).toBe('unknown-delivery');
  });

  it('to a client that acknowledges nothing is refused', async () => {
    const client = await taker('auto');
    send('1');
    await client.hears('MESSAGE');
    client.say('ACK', { id: '1-1' });
    expect((await client.ended()).code).toBe('unknown-delivery');
  });
});

describe('a NACK', () => {
  it('brings the message again, which says so, and at last makes it a dead letter', async () => {
    const client = await taker();
    send('1');
    let { headers } = await client.hears('MESSAGE');
    expect(headers.redelivered).toBeUndefined();
    for (const count of ['2', '3']) {
      client.say('NACK', { id: headers.ack! });
      ({ headers } = await client.hears('MESSAGE'));
      expect(headers).toMatchObject({ redelivered: 'true', 'delivery-count': count });
    }
    client.say('NACK', { id: headers.ack! });
    expect(await client.heard()).toEqual([]);
    sender.say('SUBSCRIBE', { id: 'dead', destination: '/queue/dead-letter' });
    expect((await sender.hears('MESSAGE')).headers).toMatchObject({
      destination: '/queue/dead-letter',
      'dead-letter-reason': 'too-many-deliveries',
      'dead-letter-destination': '/queue/a',
      'delivery-count': '3',
    });
  });

  it('with requeue:false makes it a dead letter at once', async () => {
    const client = await taker();
    send('1');
    const { headers } = await client.hears('MESSAGE');
    client.say('NACK', { id: headers.ack!, requeue: 'false' });
    sender.say('SUBSCRIBE', { id: 'dead', destination: '/queue/dead-letter' });
    expect((await sender.hears('MESSAGE')).headers['dead-letter-reason']).toBe('refused');
  });

  it('gives what it stands for back in its order', async () => {
    const client = await taker('client');
    send('1', '2', '3');
    const [, , third] = await client.heard();
    client.say('NACK', { id: third!.headers.ack! });
    expect(bodies(await client.heard())).toEqual(['1', '2', '3']);
  });

  it('is unknown to 1.0', async () => {
    const client = await taker('client', '1.0');
    client.say('NACK', { 'message-id': 'm' });
    expect(await client.ended()).toMatchObject({ code: 'unknown-command', close: 1002 });
  });
});

describe('interceptors', () => {
  it('see ACK and NACK', async () => {
    const seen: string[] = [];
    world.inbound.use((inbound, next) => {
      if (inbound.command.endsWith('ACK')) seen.push(`${inbound.command} ${inbound.headers.get('id')}`);
      return next();
    });
    const client = await taker();
    send('1');
    const { headers } = await client.hears('MESSAGE');
    client.say('NACK', { id: headers.ack! });
    const again = await client.hears('MESSAGE');
    client.say('ACK', { id: again.headers.ack! });
    expect(seen).toEqual([`NACK ${headers.ack}`, `ACK ${again.headers.ack}`]);
  });
});
