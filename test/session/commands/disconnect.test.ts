// DISCONNECT, and the other ways in which a session ends.
import { describe, expect, it } from 'vitest';
import { Gate } from '../../broker/gate.ts';
import { World } from '../world.ts';

describe('DISCONNECT', () => {
  it('without a receipt is answered by our close', async () => {
    const client = (await new World().connected()).say('DISCONNECT');
    expect(client.connection.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(await client.heard()).toEqual([]);
  });

  it('with a receipt is answered by that, and the client closes', async () => {
    const world = new World();
    const client = (await world.connected()).say('DISCONNECT', { receipt: 'bye' });
    expect((await client.hears('RECEIPT')).headers).toEqual({ 'receipt-id': 'bye' });
    expect(client.connection.closes).toEqual([]);
    client.connection.end();
    expect(client.session.state).toBe('closed');
    expect(world.wheel.size).toBe(0);
  });

  it('is waited for no longer than closeTimeout, twice: then we close, then we cut', async () => {
    const world = new World({ closeTimeout: 2000 });
    const { connection } = (await world.connected()).say('DISCONNECT', { receipt: 'bye' });
    world.pass(1900);
    expect(connection.closes).toEqual([]);
    world.pass(200);
    expect(connection.closes).toEqual([{ code: 1000, reason: '' }]);
    world.pass(1800);
    expect(connection.destroyed).toBe(false);
    world.pass(300);
    expect(connection.destroyed).toBe(true);
  });

  it('is the last that is looked at, and comes after what was before it', async () => {
    const world = new World();
    const gate = new Gate();
    const called: string[] = [];
    world.app.message('/slow', {}, async () => {
      await gate.opened;
      called.push('slow');
    });
    world.app.message('/late', {}, () => void called.push('late'));
    const client = await world.connected();
    client.say('SEND', { destination: '/app/slow', receipt: '1' });
    client.say('DISCONNECT', { receipt: '2' }).say('SEND', { destination: '/app/late' });
    gate.resolve();
    expect((await client.heard()).map(({ headers }) => headers['receipt-id'])).toEqual(['1', '2']);
    expect(called).toEqual(['slow']);
  });
});

describe('our close', () => {
  it('sends what waits first, and is cut when the client does not answer it', async () => {
    const world = new World({ closeTimeout: 2000 });
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' }).say('SEND', { destination: '/topic/a' });
    client.session.close(1001, 'going away');
    client.session.close(1000, 'again');
    expect(client.connection.closes).toEqual([{ code: 1001, reason: 'going away' }]);
    expect(client.connection.sent.toString()).toContain('MESSAGE');
    world.pass(1900);
    expect(client.connection.destroyed).toBe(false);
    world.pass(200);
    expect(client.connection.destroyed).toBe(true);
    client.connection.end(1006);
    expect(world.sessions.size).toBe(0);
  });

  it('waits for a client that takes what was sent to it, but not for one that takes nothing for ever', async () => {
    const world = new World({ closeTimeout: 2000, outboxTime: 10_000 });
    const client = await world.connected();
    client.connection.stop();
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a' }).say('SEND', { destination: '/topic/a' });
    client.session.close(1001, '');
    world.pass(9000);
    expect(client.connection.destroyed).toBe(false);
    world.pass(4100);
    expect(client.connection.destroyed).toBe(true);
  });

  it('is not asked for twice by a connection that has ended', async () => {
    const world = new World();
    const client = await world.connected();
    client.connection.end();
    client.connection.end();
    client.session.close(1000, '');
    client.session.leave();
    world.pass(60_000);
    expect(client.connection.closes).toEqual([]);
    expect(client.connection.destroyed).toBe(false);
    expect(world.sessions.size).toBe(0);
  });
});
