// What clients see of handlers: frames in, frames out, for subscribe handlers, failures and endings.
import { beforeEach, describe, expect, it } from 'vitest';
import { StompError, StompwireError } from '../../../src/errors.ts';
import { Gate } from '../../broker/gate.ts';
import { messageTo } from '../../broker/listener.ts';
import { type Client, type Heard, World } from '../../session/world.ts';

let world: World;
let ann: Client;
let bob: Client;

beforeEach(async () => {
  world = new World();
  [ann, bob] = [await world.connected(), await world.connected()];
  for (const client of [ann, bob])
    client
      .say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' })
      .say('SUBSCRIBE', { id: 'all', destination: '/topic/**' });
});

const commands = (frames: readonly Heard[]): string[] => frames.map(({ command }) => command);

describe('a SUBSCRIBE that a handler answers', () => {
  it('gets one MESSAGE under its own id and destination, and then the RECEIPT', async () => {
    world.app.subscribe('/room/{id}', ({ params }) => ({ room: params.id }));
    ann.say('SUBSCRIBE', { id: 'sub-7', destination: '/app/room/7', receipt: 'r1' });
    const [message, receipt] = await ann.heard();
    expect(message).toMatchObject({
      command: 'MESSAGE',
      headers: { subscription: 'sub-7', destination: '/app/room/7', 'content-type': 'application/json' },
      body: '{"room":"7"}',
    });
    expect(receipt).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 'r1' } });
    expect(await bob.heard()).toEqual([]);
  });

  it('is no subscription: nothing follows, its id is free again, and UNSUBSCRIBE is harmless', async () => {
    world.app.subscribe('/now', () => 'now');
    ann
      .say('SUBSCRIBE', { id: 'a', destination: '/app/now' })
      .say('SUBSCRIBE', { id: 'a', destination: '/app/now' })
      .say('UNSUBSCRIBE', { id: 'a', receipt: 'r' });
    expect(commands(await ann.heard())).toEqual(['MESSAGE', 'MESSAGE', 'RECEIPT']);
    void world.broker.publish(messageTo('/app/now'));
    expect(await ann.heard()).toEqual([]);
  });

  it('passes the outbound interceptors, those of a session too', async () => {
    world = new World();
    world.outgoing.use(({ message: { destination } }, next) => {
      if (destination !== '/app/secret') return next();
    });
    world.outgoing.use({ per: 'session' }, (delivery, next) => {
      const { id } = delivery.subscription;
      delivery.message = delivery.message.with({ body: Buffer.from(`for ${id}`) });
      return next();
    });
    world.app.subscribe('/secret', () => 'secret').subscribe('/open', () => 'open');
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: 'a', destination: '/app/secret' });
    expect(await client.heard()).toEqual([]);
    client.say('SUBSCRIBE', { id: 'a', destination: '/app/open' });
    expect((await client.hears('MESSAGE')).body).toBe('for a');
  });

  it('that fails is told with its subscription and its receipt, and the session lives', async () => {
    world.app.subscribe('/bad', () => Promise.reject(new Error('secret inside')));
    ann.say('SUBSCRIBE', { id: 'sub-1', destination: '/app/bad', receipt: 'r1' });
    const told = await ann.hears('MESSAGE');
    expect(told.headers).toMatchObject({
      subscription: 'errors',
      'receipt-id': 'r1',
      'subscription-id': 'sub-1',
    });
    expect(JSON.parse(told.body)).toMatchObject({ code: 'handler-failed', destination: '/app/bad' });
  });
});

describe('a handler that fails', () => {
  it('is told with an id that the log has, once, counted, without its inside, to nobody else', async () => {
    world.app.message('/bad', () => {
      throw new Error('secret inside');
    });
    ann.say('SEND', { destination: '/app/bad', receipt: 'r1' });
    const told = await ann.hears('MESSAGE');
    const { correlationId, ...body } = JSON.parse(told.body);
    expect(body).toEqual({ code: 'handler-failed', message: 'the handler failed', destination: '/app/bad' });
    expect(told.headers).toMatchObject({ 'receipt-id': 'r1', destination: '/user/queue/errors' });
    const logged = world.logged.filter(({ fields }) => 'correlationId' in fields);
    expect(logged).toMatchObject([{ fields: { correlationId, code: 'handler-failed' } }]);
    expect((logged[0]!.fields as { err: Error }).err.cause).toEqual(new Error('secret inside'));
    expect(await counted('handler-failed')).toBe(1);
    expect(await bob.heard()).toEqual([]);
  });

  it('is answered by its exception handler in place of the RECEIPT, and counted', async () => {
    world.app
      .onError(RangeError, (error) => ({ reason: error.message }))
      .message('/bad', () => {
        throw new RangeError('too far');
      });
    ann.say('SEND', { destination: '/app/bad', receipt: 'r1' });
    const told = await ann.hears('MESSAGE');
    expect(told).toMatchObject({ headers: { 'receipt-id': 'r1' }, body: '{"reason":"too far"}' });
    expect(await counted('handler-failed')).toBe(1);
    expect(await bob.heard()).toEqual([]);
  });

  it('ends the session with an ERROR when it throws a StompError', async () => {
    world.app.message('/bad', () => {
      throw new StompError('account closed', { detail: 'Write to support.' });
    });
    ann.say('SEND', { destination: '/app/bad', receipt: 'r1' });
    const { code, close, frame } = await ann.ended();
    expect({ code, close }).toEqual({ code: 'ended-by-application', close: 1008 });
    expect(frame).toMatchObject({
      command: 'ERROR',
      headers: { message: 'account closed', 'receipt-id': 'r1' },
      body: 'Write to support.\n',
    });
    expect(await bob.heard()).toEqual([]);
  });

  it('does not end the session where an exception handler took care of a refusal', async () => {
    world.app
      .onError(StompwireError, () => 'members only')
      .message('/bad', () => {
        throw new StompwireError('denied');
      });
    ann.say('SEND', { destination: '/app/bad' });
    expect((await ann.hears('MESSAGE')).body).toBe('members only');
    expect(ann.session.state).toBe('connected');
  });
});

describe('a handler that never settles', () => {
  it('is told as handler-timeout, and the session goes on with its next frame', async () => {
    const signals: AbortSignal[] = [];
    world.app.message('/never', ({ abort }) => {
      signals.push(abort);
      return new Gate().opened;
    });
    world.app.message('/next', () => 'next');
    ann.say('SEND', { destination: '/app/never', receipt: 'r1' });
    ann.say('SEND', { destination: '/app/next', receipt: 'r2' });
    expect(await ann.heard()).toEqual([]);
    world.pass(5100);
    const [told, next, receipt] = await ann.heard();
    expect(told!.headers['receipt-id']).toBe('r1');
    expect(JSON.parse(told!.body)).toMatchObject({ code: 'handler-timeout' });
    expect([next!.body, receipt!.headers['receipt-id']]).toEqual(['next', 'r2']);
    expect(signals[0]!.aborted).toBe(true);
  });

  it('is told to stop when its client is gone', async () => {
    const signals: AbortSignal[] = [];
    world.app.message('/never', ({ abort }) => {
      signals.push(abort);
      return new Gate().opened;
    });
    ann.say('SEND', { destination: '/app/never' });
    expect(signals[0]!.aborted).toBe(false);
    ann.connection.end();
    expect(signals[0]!.reason).toEqual(new Error('the session is over'));
  });

  it('finds the session over when it looks for the first time after that', () => {
    ann.connection.end();
    expect(ann.session.ended.reason).toEqual(new Error('the session is over'));
    expect(bob.session.ended.aborted).toBe(false);
  });
});

describe('bad input to a handler', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;

  it.each([
    ['no JSON', '{"a":', 'bad-payload'],
    ['a prototype key', '{"__proto__":{"admin":true}}', 'bad-payload'],
    ['a number that is none', '{"a":1e999}', 'handler-failed'],
    ['JSON nested deep', `${'['.repeat(4000)}${']'.repeat(4000)}`, 'handler-failed'],
  ])('%s reaches nobody, and the session lives', async (_, body, code) => {
    world.app.message('/x', () => circular);
    ann.say('SEND', { destination: '/app/x', 'content-type': 'application/json' }, body);
    expect(JSON.parse((await ann.hears('MESSAGE')).body)).toMatchObject({ code });
    expect(await bob.heard()).toEqual([]);
    expect(ann.session.state).toBe('connected');
  });
});

async function counted(code: string): Promise<number> {
  const text = await world.metrics.text();
  return Number(new RegExp(`errors_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1]);
}
