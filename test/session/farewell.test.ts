// The DISCONNECT that interceptors see of every session, be it said by the client or not: once, and last.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { Gate } from '../broker/gate.ts';
import { World } from './world.ts';

/** The commands that the inbound line saw. */
function seenBy(world: World): string[] {
  const seen: string[] = [];
  world.inbound.use(({ command, session }, next) => {
    seen.push(`${command} ${session.user?.name}`);
    return next();
  });
  return seen;
}

describe('the inbound line', () => {
  it('sees connect, subscribe, unsubscribe, send and disconnect alike', async () => {
    const world = new World();
    const seen = seenBy(world);
    const client = await world.connected({ login: 'ann' });
    client.say('SUBSCRIBE', { id: '1', destination: '/topic/a' });
    client.say('UNSUBSCRIBE', { id: '1' });
    client.say('SEND', { destination: '/topic/a' });
    client.say('DISCONNECT');
    client.connection.handler!.closed(1000, '');
    expect(seen).toEqual(
      ['CONNECT', 'SUBSCRIBE', 'UNSUBSCRIBE', 'SEND', 'DISCONNECT'].map((command) => `${command} ann`),
    );
  });

  it('sees a DISCONNECT when the connection is lost, when the session is refused, when the server ends it', async () => {
    const world = new World();
    const [lost, refused, away] = [
      await world.connected({ login: 'lost' }),
      await world.connected({ login: 'refused' }),
      await world.connected({ login: 'away' }),
    ];
    const seen = seenBy(world);
    lost.connection.handler!.closed(1006, '');
    refused.say('NONSENSE').connection.handler!.closed(1002, '');
    world.users.disconnectSession(away.session.id, 'x');
    away.connection.handler!.closed(1008, '');
    expect(seen).toEqual(['DISCONNECT lost', 'DISCONNECT refused', 'DISCONNECT away']);
  });

  it('sees none of a session that was not connected', async () => {
    const world = new World();
    const seen = seenBy(world);
    world.client().connection.handler!.closed(1006, '');
    expect(seen).toEqual([]);
  });

  it('sees it behind the last frame of the session, however long that one takes', async () => {
    const world = new World();
    const gate = new Gate();
    const seen: string[] = [];
    world.inbound.use(async ({ command }, next) => {
      if (command === 'SEND') await gate.opened;
      await next();
      seen.push(command);
    });
    const client = world.client().say('CONNECT', { 'accept-version': '1.2' });
    await world.settled();
    client.say('SEND', { destination: '/topic/a' });
    client.connection.handler!.closed(1006, '');
    await world.settled();
    expect(seen).toEqual(['CONNECT']);
    gate.resolve();
    await world.settled();
    expect(seen).toEqual(['CONNECT', 'SEND', 'DISCONNECT']);
  });

  it.each(['throws', 'rejects', 'drops'])('that %s then changes nothing', async (way) => {
    const world = new World();
    const ended: unknown[] = [];
    world.events.on('disconnect', ({ code }) => ended.push(code));
    world.inbound.use(({ command }, next) => {
      if (command !== 'DISCONNECT') return next();
      if (way === 'throws') throw new Error('no');
      if (way === 'rejects') return Promise.reject(new StompwireError('denied'));
    });
    const client = await world.connected();
    client.connection.handler!.closed(1006, '');
    await world.settled();
    expect([ended, world.sessions.size]).toEqual([[1006], 0]);
    const warned = world.logged.filter(({ text }) => text.includes('DISCONNECT'));
    expect(warned).toHaveLength(way === 'drops' ? 0 : 1);
  });
});
