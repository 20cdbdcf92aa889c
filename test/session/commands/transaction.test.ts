// BEGIN, COMMIT and ABORT: all or nothing, for SEND, ACK and NACK, with receipts that tell the truth.
import { beforeEach, describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { MemoryRelay } from '../../../src/relay/memory.ts';
import { Gate } from '../../broker/gate.ts';
import { type Client, type Heard, World } from '../world.ts';

let world: World;
let client: Client;
let other: Client;
beforeEach(async () => {
  world = new World();
  client = await world.connected();
  other = await world.connected();
  other.say('SUBSCRIBE', { id: '0', destination: '/topic/*' });
});

const begin = (transaction = 't'): Client => client.say('BEGIN', { transaction });
const send = (destination: string, body: string, headers: Record<string, string> = {}): Client =>
  client.say('SEND', { destination, transaction: 't', ...headers }, body);
const bodies = (frames: readonly Heard[]): string[] => frames.map(({ body }) => body);
const receipts = (frames: readonly Heard[]): string[] =>
  frames.map(({ headers }) => headers['receipt-id'] ?? '');

describe('a transaction', () => {
  it('is seen by nobody before COMMIT, and then whole, in its order', async () => {
    begin();
    send('/topic/a', '1');
    send('/topic/b', '2');
    send('/queue/a', '3');
    expect([await other.heard(), world.queues.size.waiting]).toEqual([[], 0]);
    client.say('SEND', { destination: '/topic/a' }, 'between');
    client.say('COMMIT', { transaction: 't' });
    expect(bodies(await other.heard())).toEqual(['between', '1', '2']);
    expect(world.queues.size.waiting).toBe(1);
  });

  it('is nothing after ABORT, and its name is free again', async () => {
    begin();
    send('/topic/a', '1');
    client.say('ABORT', { transaction: 't' });
    begin();
    send('/topic/a', '2');
    client.say('COMMIT', { transaction: 't' });
    expect(bodies(await other.heard())).toEqual(['2']);
  });

  it('is nothing when its session ends, however that ends', async () => {
    for (const end of [
      () => client.connection.end(),
      () => client.say('DISCONNECT', { receipt: 'r' }),
      () => client.say('ACK', { id: 'none' }),
    ]) {
      client = await world.connected();
      begin();
      send('/topic/a', '1');
      end();
      expect(client.session.transactions?.size ?? 0).toBe(client.session.state === 'closed' ? 1 : 0);
    }
    expect(await other.heard()).toEqual([]);
  });

  it('answers its frames after COMMIT, before that itself', async () => {
    client.say('BEGIN', { transaction: 't', receipt: 'begin' });
    send('/topic/a', '1', { receipt: 'one' });
    send('/queue/a', '2', { receipt: 'two' });
    expect(receipts(await client.heard())).toEqual(['begin']);
    client.say('COMMIT', { transaction: 't', receipt: 'commit' });
    expect(receipts(await client.heard())).toEqual(['one', 'two', 'commit']);
  });

  it('keeps its bodies, whatever was read since', async () => {
    const bytes = Buffer.from(
      'BEGIN\ntransaction:t\n\n\0SEND\ndestination:/topic/a\ntransaction:t\n\nkept\0',
    );
    client.session.received(bytes);
    bytes.fill('x');
    client.say('COMMIT', { transaction: 't' });
    expect(bodies(await other.heard())).toEqual(['kept']);
  });

  it('is one of several, which do not mix', async () => {
    begin();
    begin('u');
    send('/topic/a', '1');
    send('/topic/a', '2', { transaction: 'u' });
    client.say('COMMIT', { transaction: 'u' });
    expect(bodies(await other.heard())).toEqual(['2']);
    client.say('COMMIT', { transaction: 't' });
    expect(bodies(await other.heard())).toEqual(['1']);
  });

  it.each([
    ['BEGIN', { transaction: 't' }, 'transaction-in-use'],
    ['COMMIT', { transaction: 'u' }, 'unknown-transaction'],
    ['ABORT', { transaction: 'u' }, 'unknown-transaction'],
    ['SEND', { transaction: 'u', destination: '/topic/a' }, 'unknown-transaction'],
    ['ACK', { transaction: 'u', id: '1-1' }, 'unknown-transaction'],
    ['NACK', { transaction: 'u', id: '1-1' }, 'unknown-transaction'],
    ['ACK', { transaction: 't', id: '1-1' }, 'unknown-delivery'],
    ['SEND', { transaction: 't', destination: '/topic/*' }, 'bad-destination'],
    ['SEND', { transaction: 't', destination: '/elsewhere/x' }, 'unknown-destination'],
    ['SEND', { transaction: 't', destination: '/queue/a', priority: 'x' }, 'bad-header'],
    ['SEND', { transaction: 't', destination: '/user/queue' }, 'unknown-destination'],
  ])(
    'makes of %s with %j an ERROR that names the receipt, and is not done',
    async (command, headers, code) => {
      begin();
      send('/topic/a', '1');
      client.say(command, { ...headers, receipt: 'r' } as Record<string, string>);
      const { frame } = await client.ended();
      expect([frame!.headers.code, frame!.headers['receipt-id']]).toEqual([code, 'r']);
      client.say('COMMIT', { transaction: 't' });
      expect([await client.heard(), await other.heard()]).toEqual([[], []]);
    },
  );

  it('is bounded, in number, frames and bytes', async () => {
    for (const id of ['1', '2', '3', '4']) begin(id);
    expect((await client.ended()).code).toBe('too-many-transactions');
    client = await world.connected();
    begin();
    for (let i = 0; i < 11; i++) send('/topic/a', '');
    expect((await client.ended()).code).toBe('transaction-too-large');
    client = await world.connected();
    begin();
    send('/topic/a', 'x'.repeat(9000));
    send('/topic/a', 'x'.repeat(1001));
    expect(await client.ended()).toMatchObject({ code: 'transaction-too-large', close: 1009 });
    expect(await other.heard()).toEqual([]);
  });

  it('is refused as a whole where its parts lie too far apart, handlers aside', async () => {
    const seen: string[][] = [];
    const assertTogether = (addresses: readonly string[]): void => {
      seen.push([...addresses]);
      throw new StompwireError('transaction-too-wide');
    };
    world = new World({ relay: Object.assign(new MemoryRelay(), { assertTogether }) });
    world.rules.allow.send('/user/ann/**');
    client = await world.connected();
    begin();
    for (const to of ['/topic/a', '/queue/a', '/user/ann/queue/x', '/app/x']) send(to, '1');
    client.say('COMMIT', { transaction: 't', receipt: 'r' });
    expect(await client.ended()).toMatchObject({ code: 'transaction-too-wide', close: 1008 });
    expect(seen).toEqual([['/topic/a', '/queue/a', 'user:ann/queue/x']]);
  });

  it('is held to rules when its frames come', async () => {
    world.rules.deny.send('/topic/secret', 'nobody');
    begin();
    send('/topic/secret', '1');
    expect((await client.ended()).frame?.headers.message).toBe('nobody');
  });

  it('is not done when not all of it finds room, and the session lives', async () => {
    client.say('SUBSCRIBE', { id: 'e', destination: '/user/queue/errors' });
    for (let i = 0; i < 9; i++) client.say('SEND', { destination: '/queue/a' });
    begin();
    send('/topic/a', '1', { receipt: 'one' });
    send('/queue/a', '2');
    send('/queue/a', '3');
    client.say('COMMIT', { transaction: 't', receipt: 'r' });
    const { body, headers } = await client.hears('MESSAGE');
    expect([JSON.parse(body).code, headers['receipt-id']]).toEqual(['queue-full', 'r']);
    expect([await other.heard(), world.queues.size.waiting]).toEqual([[], 9]);
    client.say('SEND', { destination: '/topic/a' }, 'alive');
    expect(bodies(await other.heard())).toEqual(['alive']);
  });
});

describe('a handler in a transaction', () => {
  it('runs at COMMIT', async () => {
    const ran: string[] = [];
    world.app.message('/order', ({ body }) => void ran.push(String(body)));
    begin();
    send('/app/order', '1', { 'content-type': 'text/plain' });
    await client.heard();
    expect(ran).toEqual([]);
    client.say('COMMIT', { transaction: 't' });
    await client.heard();
    expect(ran).toEqual(['1']);
  });

  it('that fails is told of its own frame; the rest is done', async () => {
    const gate = new Gate();
    world.app.message('/order', () => gate.opened);
    client.say('SUBSCRIBE', { id: 'e', destination: '/user/queue/errors' });
    begin();
    send('/app/none', '', { receipt: 'none' });
    send('/app/order', '', { receipt: 'order' });
    send('/topic/a', '1', { receipt: 'one' });
    client.say('COMMIT', { transaction: 't', receipt: 'commit' });
    expect(bodies(await other.heard())).toEqual(['1']);
    expect((await client.hears('MESSAGE')).headers['receipt-id']).toBe('none');
    gate.resolve();
    expect(receipts(await client.heard())).toEqual(['order', 'one', 'commit']);
  });
});

describe('an ACK or NACK in a transaction', () => {
  let frames: Heard[];
  beforeEach(async () => {
    client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    for (const body of ['1', '2', '3']) other.say('SEND', { destination: '/queue/a' }, body);
    frames = await client.heard();
    begin();
  });
  const say = (command: string, at: number, more: Record<string, string> = {}): Client =>
    client.say(command, { id: frames[at]!.headers.ack!, transaction: 't', ...more });

  it('holds after COMMIT', async () => {
    say('ACK', 0, { receipt: 'ack' });
    say('NACK', 1);
    expect([await client.heard(), world.queues.size.outstanding]).toEqual([[], 3]);
    client.say('COMMIT', { transaction: 't' });
    const heard = await client.heard();
    expect(heard.map(({ command, body }) => command + body)).toEqual(['MESSAGE2', 'RECEIPT']);
    expect(world.queues.size.outstanding).toBe(2);
  });

  it('is undone by ABORT: it may be acknowledged again', async () => {
    say('ACK', 0);
    client.say('ABORT', { transaction: 't' });
    client.say('ACK', { id: frames[0]!.headers.ack!, receipt: 'r' });
    await client.hears('RECEIPT');
    expect(world.queues.size.outstanding).toBe(2);
  });

  it('names a delivery once', async () => {
    say('ACK', 0);
    say('ACK', 0);
    expect((await client.ended()).code).toBe('unknown-delivery');
    expect(world.queues.size).toEqual({ waiting: 3, outstanding: 0 });
  });

  it('cannot be committed when its subscription has ended, and nothing else is', async () => {
    say('ACK', 0);
    send('/topic/a', 'x');
    client.say('UNSUBSCRIBE', { id: 's' });
    client.say('COMMIT', { transaction: 't', receipt: 'r' });
    const { code, frame } = await client.ended();
    expect([code, frame!.headers['receipt-id']]).toEqual(['unknown-delivery', 'r']);
    expect([bodies(await other.heard()), world.queues.size.waiting]).toEqual([[], 3]);
  });

  it('cannot be committed when the queue of its delivery has ended, and nothing else is', async () => {
    const [away, ending] = [
      await world.connected({ 'client-id': 'phone' }),
      await world.connected({ 'client-id': 'phone' }),
    ];
    away.say('SUBSCRIBE', { id: 'd', destination: '/topic/a', durable: 'true', ack: 'client' });
    send('/topic/a', 'x', {});
    client.say('COMMIT', { transaction: 't' });
    const { headers } = await away.hears('MESSAGE');
    ending.say('UNSUBSCRIBE', { id: 'd', durable: 'true' });
    away.say('BEGIN', { transaction: 'u' });
    away.say('SEND', { destination: '/queue/b', transaction: 'u' }, 'half');
    away.say('ACK', { id: headers.ack!, transaction: 'u' });
    away.say('COMMIT', { transaction: 'u' });
    expect((await away.ended()).code).toBe('unknown-delivery');
    expect(world.queues.size).toEqual({ waiting: 0, outstanding: 3 });
  });

  it('makes dead letters behind the rest: they take no room from what it sends', async () => {
    const letters = '/queue/dead-letter';
    for (let n = 0; n < 9; n++) other.say('SEND', { destination: letters }, String(n));
    say('NACK', 0, { requeue: 'false' });
    send(letters, 'x');
    client.say('COMMIT', { transaction: 't', receipt: 'r' });
    await client.hears('RECEIPT');
    expect(world.dropped).toEqual(['1 refused']);
    expect(world.queues.size).toEqual({ waiting: 10, outstanding: 2 });
  });

  it('stands for all before it in mode client, and gives them back in their places', async () => {
    client.say('UNSUBSCRIBE', { id: 's' });
    client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    frames = await client.heard();
    say('ACK', 1);
    client.say('ABORT', { transaction: 't' });
    client.say('ACK', { id: frames[1]!.headers.ack! });
    expect(world.queues.size.outstanding).toBe(1);
    client.say('ACK', { id: frames[0]!.headers.ack! });
    expect((await client.ended()).code).toBe('unknown-delivery');
  });
});

describe('interceptors', () => {
  it('see a SEND once, when it comes, and BEGIN, COMMIT and ABORT', async () => {
    const seen: string[] = [];
    world.inbound.use(({ command }, next) => {
      seen.push(command);
      return next();
    });
    begin();
    send('/topic/a', '1');
    client.say('COMMIT', { transaction: 't' });
    begin();
    client.say('ABORT', { transaction: 't' });
    expect(seen).toEqual(['BEGIN', 'SEND', 'COMMIT', 'BEGIN', 'ABORT']);
  });
});
