// SEND: what travels to whom, receipts that tell the truth, and failures that are told.
import { Buffer } from 'node:buffer';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import { webSocketFraming } from '../../../src/transport/framing.ts';
import { Gate } from '../../broker/gate.ts';
import { FakeConnection } from '../fake-connection.ts';
import { type Client, World } from '../world.ts';

async function pair(world = new World()): Promise<[Client, Client]> {
  const clients = [await world.connected(), await world.connected()] as [Client, Client];
  for (const client of clients) client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
  return clients;
}

/** A client that hears its own errors. */
async function listening(world: World): Promise<Client> {
  const client = await world.connected();
  return client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
}

describe('a message', () => {
  it('reaches its sender as well, unless the SEND excludes it', async () => {
    const [one, other] = await pair();
    one.say('SEND', { destination: '/topic/a' }, 'to all');
    one.say('SEND', { destination: '/topic/a', 'exclude-sender': 'true' }, 'to others');
    expect((await one.heard()).map(({ body }) => body)).toEqual(['to all']);
    expect((await other.heard()).map(({ body }) => body)).toEqual(['to all', 'to others']);
  });

  it('carries headers of its sender, and none that are reserved or secret', async () => {
    const [one, other] = await pair();
    one.say('SEND', {
      destination: '/topic/a',
      'content-type': 'text/plain',
      own: 'value',
      'message-id': 'forged',
      subscription: 'forged',
      'user-name': 'admin',
      ' user-name': 'admin',
      login: 'secret',
      passcode: 'secret',
      Authorization: 'Bearer secret',
      receipt: 'r',
      ack: 'x',
    });
    const { headers } = await other.hears('MESSAGE');
    expect(headers).toEqual({
      subscription: '0',
      destination: '/topic/a',
      'content-type': 'text/plain',
      'message-id': expect.stringMatching(/^m-\d+$/),
      own: 'value',
      'content-length': '0',
    });
    expect((await one.heard()).map(({ command }) => command)).toEqual(['MESSAGE', 'RECEIPT']);
  });

  it('is escaped for each subscriber as its version has it', async () => {
    const world = new World();
    const versions = ['1.0', '1.1', '1.2'];
    const clients = await Promise.all(
      versions.map((version) => world.connected({ 'accept-version': version })),
    );
    for (const client of clients) client.say('SUBSCRIBE', { id: 'a', destination: '/topic/a' });
    clients[2]!.say('SEND', { destination: '/topic/a', 'o\\cwn': 'a\\cb\\nc\\rd\\\\e' });
    await world.settled();
    const raw = clients.map(({ connection }) => /\no.*wn.*\n/.exec(connection.sent.toString())?.[0]);
    expect(raw).toEqual([
      '\no_wn:a:b c d\\e\n',
      '\no\\cwn:a\\cb\\nc d\\\\e\n',
      '\no\\cwn:a\\cb\\nc\\rd\\\\e\n',
    ]);
  });

  it('keeps its bytes, NUL and all, and is a binary message where it is no text', async () => {
    const world = new World();
    const client = world.client(new FakeConnection(webSocketFraming)).say('CONNECT');
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' });
    const body = Buffer.of(1, 0, 0xff, 0);
    client.sayRaw(
      Buffer.concat([Buffer.from('SEND\ndestination:/topic/a\ncontent-length:4\n\n'), body, Buffer.of(0)]),
    );
    await world.settled();
    const { sent } = client.connection;
    expect(sent.subarray(-5)).toEqual(Buffer.of(1, 0, 0xff, 0, 0));
    expect([sent[0], sent[sent.indexOf('MESSAGE') - 2]]).toEqual([0x81, 0x82]);
  });

  it.each([
    ['/topic/a', { transaction: 't' }, 'unknown-transaction'],
    ['/topic/a', { delay: '1000' }, 'not-supported'],
    ['/app/$auth', { transaction: 't' }, 'not-supported'],
  ])('to %s with %j is refused', async (destination, headers, code) => {
    const [one, other] = await pair();
    one.say('SEND', { destination, ...headers });
    expect(await one.ended()).toMatchObject({ code, close: 1002 });
    expect(await other.heard()).toEqual([]);
  });
});

describe('a receipt', () => {
  it('follows the message, and only what succeeded', async () => {
    const [one] = await pair();
    one.say('SEND', { destination: '/topic/a', receipt: 'a\\cb' });
    expect(await one.heard()).toMatchObject([{ command: 'MESSAGE' }, { headers: { 'receipt-id': 'a:b' } }]);
  });

  it('comes when the handler has ended, and not before', async () => {
    const world = new World();
    const gate = new Gate();
    world.app.message('/slow', {}, () => gate.opened);
    const client = (await world.connected()).say('SEND', { destination: '/app/slow', receipt: 'r' });
    expect(await client.heard()).toEqual([]);
    gate.resolve();
    await client.hears('RECEIPT');
  });

  it('of what failed comes as the receipt-id of the error, and not as a RECEIPT', async () => {
    const world = new World();
    world.app.message('/strict', { body: Type.Object({ a: Type.Number() }) }, () => {});
    const client = await listening(world);
    client.say('SEND', { destination: '/app/strict', receipt: 'r' }, '{"a":"x"}');
    expect(await client.hears('MESSAGE')).toMatchObject({
      headers: {
        destination: '/user/queue/errors',
        subscription: 'errors',
        'receipt-id': 'r',
        'content-type': 'application/json',
      },
      body: '{"code":"bad-payload","message":"body/a must be number","destination":"/app/strict"}',
    });
  });
});

describe('a failure that is told', () => {
  it('leaves the session alive, and is heard by nobody else', async () => {
    const world = new World();
    const [one, other] = [await listening(world), await listening(world)];
    one.say('SEND', { destination: '/app/nobody' });
    expect(JSON.parse((await one.hears('MESSAGE')).body)).toEqual({
      code: 'no-handler',
      message: "no handler answers '/app/nobody'",
      destination: '/app/nobody',
    });
    expect(await other.heard()).toEqual([]);
    one.say('SEND', { destination: '/topic/a', receipt: 'r' });
    await one.hears('RECEIPT');
  });

  it('is silent for who did not ask to hear it, but counted and logged', async () => {
    const world = new World();
    world.app.message('/bad', {}, () => {
      throw new Error('inside');
    });
    const client = (await world.connected()).say('SEND', { destination: '/app/bad' });
    expect(await client.heard()).toEqual([]);
    expect(await world.metrics.text()).toContain('stompwire_errors_total{code="handler-failed"} 1');
    expect(world.logged.find(({ text }) => text === 'the handler failed')?.fields).toMatchObject({
      command: 'SEND',
      err: { cause: { message: 'inside' } },
    });
  });

  it('is what a denied SEND becomes with denial keep, and an end without', async () => {
    for (const denial of ['keep', 'close'] as const) {
      const world = new World({ denial });
      world.rules.deny.send('/topic/**', 'read only');
      const client = (await listening(world)).say('SEND', { destination: '/topic/a' });
      const [frame] = await client.heard();
      expect(frame!.command).toBe(denial === 'keep' ? 'MESSAGE' : 'ERROR');
      expect(client.connection.closes.map(({ code }) => code)).toEqual(denial === 'keep' ? [] : [1008]);
      expect(frame!.body + frame!.headers.message).toContain('read only');
    }
  });

  it('names the SUBSCRIBE that was denied', async () => {
    const world = new World({ denial: 'keep' });
    world.rules.deny.subscribe('/topic/secret/**', 'members only');
    const client = await listening(world);
    client.say('SUBSCRIBE', { id: 's', destination: '/topic/secret/1', receipt: 'r' });
    expect((await client.hears('MESSAGE')).headers).toMatchObject({
      'subscription-id': 's',
      'receipt-id': 'r',
    });
  });

  it('may be an end, when the handler says so', async () => {
    const world = new World();
    world.app.message('/out', {}, () => {
      throw new StompwireError('denied', 'you are banned', { detail: 'until Monday' });
    });
    const client = (await world.connected()).say('SEND', { destination: '/app/out', receipt: 'r' });
    expect(await client.ended()).toMatchObject({
      close: 1008,
      frame: {
        headers: {
          message: 'you are banned',
          'receipt-id': 'r',
          'content-type': 'text/plain;charset=UTF-8',
        },
        body: 'until Monday\n',
      },
    });
  });
});
