// What listeners are told of sessions: in their order, once each, after the effect holds, whatever listeners do.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { type EventName, Events } from '../../src/session/events.ts';
import { SlowRelay } from '../broker/slow-relay.ts';
import { as, proven } from './proven.ts';
import { World } from './world.ts';

const names: readonly EventName[] = [
  'connect',
  'connected',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'disconnect',
];

/** Everything that a world tells, each event in one line. */
function told(world: World): string[] {
  const lines: string[] = [];
  for (const name of names)
    world.events.on(name, (event) => {
      const of = 'subscription' in event ? ` ${event.subscription.destination}` : '';
      lines.push(`${name}${of}`);
    });
  return lines;
}

describe('a session', () => {
  it('is told from its begin to its end, each step once and in order', async () => {
    const world = new World();
    const lines = told(world);
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: '1', destination: '/topic/a' });
    client.say('SUBSCRIBE', { id: '2', destination: '/user/queue/b' });
    for (let times = 0; times < 2; times++) client.say('UNSUBSCRIBE', { id: '1' });
    client.say('DISCONNECT');
    client.connection.handler!.closed(1000, '');
    client.connection.handler!.closed(1000, '');
    expect(lines).toEqual([
      'connect',
      'connected',
      'subscribe /topic/a',
      'subscribed /topic/a',
      'subscribe /user/queue/b',
      'subscribed /user/queue/b',
      'unsubscribe /topic/a',
      'disconnect',
    ]);
  });

  it('that was never connected is not told', async () => {
    const world = new World({ virtualHosts: ['chat.example'] });
    const lines = told(world);
    const [silent, refused] = [world.client(), world.client()];
    refused.say('CONNECT', { 'accept-version': '1.2', host: 'other' });
    await refused.ended();
    for (const client of [silent, refused]) client.connection.handler!.closed(1006, '');
    expect(lines).toEqual([]);
  });

  it('that an interceptor refuses is not told, nor a SUBSCRIBE that the rules refuse', async () => {
    const world = new World();
    const lines = told(world);
    world.inbound.use(({ command, headers }, next) => {
      if (command === 'CONNECT' && headers.get('login') === 'eve') throw new StompwireError('denied');
      return next();
    });
    world.rules.deny.subscribe('/topic/secret', 'no');
    const eve = world.client().say('CONNECT', { 'accept-version': '1.2', login: 'eve' });
    await eve.ended();
    const ann = await world.connected();
    ann.say('SUBSCRIBE', { id: '1', destination: '/topic/secret' });
    await ann.ended();
    expect(lines).toEqual(['connect', 'connected']);
  });
});

describe('connect and connected', () => {
  it('are told when the session is among the users', async () => {
    const world = new World();
    const found: unknown[] = [];
    world.events.on('connect', ({ session }) => found.push(world.users.session(session.id)?.id));
    world.events.on('connected', ({ session }) => found.push(world.users.session(session.id)?.id));
    const client = await world.connected();
    expect(found).toEqual([client.session.id, client.session.id]);
  });

  it('are not both told of a session that the first listener sends away', async () => {
    const world = new World();
    const lines = told(world);
    world.events.on('connect', ({ session }) => world.users.disconnectSession(session.id, 'not today'));
    const client = world.client().say('CONNECT', { 'accept-version': '1.2' });
    const frames = await client.heard();
    expect(frames.map(({ command, headers }) => [command, headers.message])).toEqual([
      ['ERROR', 'not today'],
    ]);
    client.connection.end();
    expect(lines).toEqual(['connect']);
    expect(world.users.session(client.session.id)).toBeUndefined();
  });

  it('are not told of a session that is one too many for its user', async () => {
    const world = new World({ authenticator: proven(), maxSessionsPerUser: 1 });
    const lines = told(world);
    const first = await world.connected(as('ann'));
    const second = world.client().say('CONNECT', { 'accept-version': '1.2', ...as('ann') });
    expect(await second.ended()).toMatchObject({ code: 'too-many-sessions', close: 1013 });
    second.connection.end();
    expect(lines).toEqual(['connect', 'connected']);
    first.say('DISCONNECT');
    await world.connected(as('ann')); // the place is free before the connection is gone
    expect(lines).toEqual(['connect', 'connected', 'connect', 'connected']);
  });
});

describe('subscribed', () => {
  it('is told when the next message arrives, also one that the listener sends', async () => {
    const world = new World();
    const greet = ({ subscription }: { subscription: { destination: string } }): void =>
      void world.router.publisher.publish(subscription.destination, 'hello');
    world.events.on('subscribe', greet);
    world.events.on('subscribed', greet);
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: '1', destination: '/topic/a', receipt: 'r' });
    const frames = await client.heard();
    expect(frames.map(({ command, body }) => [command, body])).toEqual([
      ['MESSAGE', 'hello'],
      ['RECEIPT', ''],
    ]);
  });

  it('waits for the relay, and is never told of what it refused or of who left meanwhile', async () => {
    const relay = new SlowRelay();
    const world = new World({ relay });
    const lines = told(world);
    const [granted, refused, left] = [
      await world.connected(),
      await world.connected(),
      await world.connected(),
    ];
    for (const [at, client] of [granted, refused, left].entries())
      client.say('SUBSCRIBE', { id: '1', destination: `/topic/${at}` });
    expect(lines.filter((line) => line.startsWith('subscribed'))).toEqual([]);
    left.connection.handler!.closed(1006, '');
    relay.gates[0]!.resolve();
    relay.gates[1]!.reject(new StompwireError('relay-unavailable'));
    relay.gates[2]!.resolve();
    await world.settled();
    expect(lines.filter((line) => line.startsWith('subscribed'))).toEqual(['subscribed /topic/0']);
  });
});

describe('disconnect', () => {
  const ways: [string, (world: World) => Promise<unknown>, object][] = [
    [
      'as the client wished',
      async (world) => (await world.connected()).say('DISCONNECT'),
      { code: 1000, reason: '' },
    ],
    [
      'as the client wished, with a receipt',
      async (world) => {
        const client = await world.connected();
        client.say('DISCONNECT', { receipt: 'r' }).connection.handler!.closed(1001, 'page left');
      },
      { code: 1000, reason: '' },
    ],
    [
      'because the connection broke',
      async (world) => (await world.connected()).connection.handler!.closed(1006, ''),
      { code: 1006, reason: '' },
    ],
    [
      'because it was refused',
      async (world) => {
        world.rules.deny.send('/topic/**', 'read only');
        (await world.connected()).say('SEND', { destination: '/topic/a' });
      },
      { code: 1008, reason: 'read only', error: 'denied' },
    ],
    [
      'because the server sent it away',
      async (world) => {
        void world.users.disconnectSession((await world.connected()).session.id, 'account closed');
      },
      { code: 1008, reason: 'account closed', error: 'ended-by-application' },
    ],
    [
      'because the server goes',
      async (world) => {
        await world.connected();
        void world.sessions.drain({ within: 1000, rate: 0, retryAfter: 0 });
      },
      { code: 1012, reason: 'the server is shutting down; retry-after=0', error: 'going-away' },
    ],
  ];

  it.each(ways)('says why: %s', async (_, end, why) => {
    const world = new World();
    const endings: object[] = [];
    world.events.on('disconnect', ({ session, subscriptions, ...ending }) => endings.push(ending));
    await end(world);
    await world.settled();
    for (const client of world.clients)
      client.connection.handler!.closed(1006, 'whatever the transport says');
    expect(endings).toEqual([why]);
  });

  it('is told when nothing of the session is left, but with what it had', async () => {
    const world = new World();
    const seen: unknown[] = [];
    world.events.on('disconnect', ({ session, subscriptions }) => {
      session.attributes.set('still', 'usable');
      seen.push(subscriptions, world.users.session(session.id), session.attributes.get('still'));
    });
    const client = await world.connected();
    client.say('SUBSCRIBE', { id: '1', destination: '/topic/a' });
    client.connection.handler!.closed(1006, '');
    expect(seen).toEqual([[{ id: '1', destination: '/topic/a' }], undefined, 'usable']);
  });
});

describe('a listener', () => {
  it('that throws or rejects harms neither the session nor the next listener, and is logged', async () => {
    const world = new World();
    const reached: string[] = [];
    world.events.on('connected', () => {
      throw new Error('thrown');
    });
    world.events.on('connected', () => Promise.reject(new Error('rejected')));
    world.events.on('connected', () => reached.push('next'));
    const client = await world.connected();
    await world.settled();
    expect(reached).toEqual(['next']);
    expect(client.connection.closes).toEqual([]);
    expect(world.logged.filter(({ text }) => text === 'event')).toMatchObject([
      { fields: { name: 'connected', error: { message: 'thrown' } } },
      { fields: { name: 'connected', error: { message: 'rejected' } } },
    ]);
  });

  it('is called once however often it was added, and not after it was taken out', () => {
    const events = new Events(() => {});
    let calls = 0;
    const listener = (): void => void calls++;
    events.on('connect', listener);
    events.on('connect', listener);
    events.tell('connect', () => ({}) as never);
    expect(calls).toBe(1);
    events.off('connect', listener);
    events.off('connect', listener);
    events.tell('connect', () => ({}) as never);
    expect(calls).toBe(1);
  });

  it('may take itself out while it is told, and the others are told all the same', () => {
    const events = new Events(() => {});
    const heard: string[] = [];
    const once = (): void => {
      heard.push('once');
      events.off('connect', once);
    };
    events.on('connect', once);
    events.on('connect', () => heard.push('always'));
    for (let i = 0; i < 2; i++) events.tell('connect', () => ({}) as never);
    expect(heard).toEqual(['once', 'always', 'always']);
  });

  it('costs nothing where there is none: the event is not even made', () => {
    new Events(() => {}).tell('connect', () => {
      throw new Error('made for nobody');
    });
  });
});
