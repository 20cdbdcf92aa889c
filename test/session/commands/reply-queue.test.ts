// Request and reply between two clients, over queues that end with the session that asked.
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, World } from '../world.ts';

let world: World;
let asker: Client;
let server: Client;
beforeEach(async () => {
  world = new World();
  asker = await world.connected();
  server = await world.connected();
  server.say('SUBSCRIBE', { id: 's', destination: '/queue/rpc' });
});

const ask = (body: string, replyTo = '/temp-queue/answers', client = asker): Client =>
  client.say('SEND', { destination: '/queue/rpc', 'reply-to': replyTo, 'correlation-id': body }, body);

/** Answers the next request. @returns where to */
async function answer(): Promise<string> {
  const { headers, body } = await server.hears('MESSAGE');
  const to = headers['reply-to']!;
  server.say('SEND', { destination: to, 'correlation-id': headers['correlation-id']! }, `${body}!`);
  return to;
}

describe('a reply', () => {
  it('comes to who asked, under the name that it gave its queue', async () => {
    ask('ping');
    const to = await answer();
    expect(to).toMatch(/^\/reply-queue\/[\w-]{22}\/answers$/);
    const { headers, body } = await asker.hears('MESSAGE');
    expect(body).toBe('ping!');
    expect(headers).toMatchObject({
      subscription: '/temp-queue/answers',
      destination: '/temp-queue/answers',
      'correlation-id': 'ping',
    });
    expect(headers.ack).toBeUndefined();
  });

  it('comes once for each request, however often is asked', async () => {
    for (const body of ['1', '2']) {
      ask(body);
      await answer();
      expect((await asker.hears('MESSAGE')).body).toBe(`${body}!`);
    }
    expect(asker.session.subscriptions?.size).toBe(1);
  });

  it('comes to a subscription that was there already, under its own id', async () => {
    asker.say('SUBSCRIBE', { id: 'mine', destination: '/temp-queue/answers' });
    ask('ping');
    await answer();
    expect((await asker.hears('MESSAGE')).headers.subscription).toBe('mine');
  });

  it('is told apart by session and by queue', async () => {
    const other = await world.connected();
    ask('1');
    const one = await answer();
    ask('2', '/temp-queue/other');
    const two = await answer();
    ask('3', '/temp-queue/answers', other);
    const three = await answer();
    expect(new Set([one, two, three]).size).toBe(3);
    expect((await asker.heard()).map(({ body }) => body)).toEqual(['1!', '2!']);
    expect((await other.hears('MESSAGE')).body).toBe('3!');
  });

  it('to a session that has gone is heard by nobody', async () => {
    ask('ping');
    asker.connection.end();
    const to = await answer();
    const next = await world.connected();
    ask('other', '/temp-queue/answers', next);
    await answer();
    server.say('SEND', { destination: to }, 'late');
    expect((await next.heard()).map(({ body }) => body)).toEqual(['other!']);
  });

  it('comes from a handler as well', async () => {
    world.app.message('/ping', ({ reply }) => reply('pong'));
    asker.say('SEND', { destination: '/app/ping', 'reply-to': '/temp-queue/a' });
    expect(await asker.hears('MESSAGE')).toMatchObject({
      body: 'pong',
      headers: { subscription: '/temp-queue/a' },
    });
  });

  it('may be asked for in a transaction, and comes after COMMIT', async () => {
    asker.say('BEGIN', { transaction: 't' });
    asker.say('SEND', { destination: '/queue/rpc', transaction: 't', 'reply-to': '/temp-queue/a' }, 'ping');
    expect(await server.heard()).toEqual([]);
    asker.say('COMMIT', { transaction: 't' });
    await answer();
    expect((await asker.hears('MESSAGE')).body).toBe('ping!');
  });

  it('is asked for elsewhere as it is written', async () => {
    ask('ping', '/queue/answers');
    expect((await server.hears('MESSAGE')).headers['reply-to']).toBe('/queue/answers');
  });
});

describe('a temporary queue', () => {
  it('is heard by nobody who guesses its name', async () => {
    ask('ping');
    await server.heard();
    const eve = await world.connected();
    eve.say('SUBSCRIBE', { id: '1', destination: '/temp-queue/answers' });
    eve.say('SEND', { destination: '/temp-queue/answers' }, 'to myself');
    eve.say('SEND', { destination: `/reply-queue/${'A'.repeat(22)}/answers` }, 'to nobody');
    expect((await eve.heard()).map(({ body }) => body)).toEqual(['to myself']);
    expect(await asker.heard()).toEqual([]);
  });

  it.each([
    ['SUBSCRIBE', '/temp-queue/*', 'bad-destination'],
    ['SUBSCRIBE', '/reply-queue/x/y', 'unknown-destination'],
    ['SEND', '/reply-queue/x', 'bad-destination'],
    ['SEND', '/reply-queue/*/x', 'bad-destination'],
    ['SEND', '/temp-queue/*', 'bad-destination'],
  ])('refuses %s to %s', async (command, destination, code) => {
    asker.say(command, { id: '1', destination });
    expect((await asker.ended()).code).toBe(code);
  });

  it('counts as a subscription', async () => {
    for (let i = 0; i < 5; i++) ask('x', `/temp-queue/${i}`);
    ask('x', '/temp-queue/more');
    expect((await asker.ended()).code).toBe('too-many-subscriptions');
  });

  it('cannot be asked for as a pattern', async () => {
    ask('x', '/temp-queue/*');
    expect((await asker.ended()).code).toBe('bad-destination');
  });
});
