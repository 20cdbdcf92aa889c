// Queues of users on real sessions: who hears what, who is sent away, and that nobody hears another's.
import { describe, expect, it } from 'vitest';
import type { NodeLine } from '../../src/relay/node-line.ts';
import type { QuotaShare } from '../../src/relay/quotas.ts';
import { as, proven } from './proven.ts';
import { type Client, World } from './world.ts';

const world = (options: ConstructorParameters<typeof World>[0] = {}): World =>
  new World({ authenticator: proven(), ...options });

async function listening(world: World, headers: Record<string, string>, ...paths: string[]): Promise<Client> {
  const client = await world.connected(headers);
  for (const [id, path] of (paths.length === 0 ? ['/user/queue/x'] : paths).entries())
    client.say('SUBSCRIBE', { id: String(id), destination: path });
  return client;
}

const bodies = async (client: Client): Promise<string[]> =>
  (await client.heard()).map(({ command, body }) => `${command} ${body}`);

describe('a message to a user', () => {
  it('is heard by all sessions that proved the name, under the name of their own queue', async () => {
    const one = world();
    const [laptop, phone] = [await listening(one, as('ann')), await listening(one, as('ann'))];
    const bob = await listening(one, as('bob'));
    await one.users.sendToUser('ann', '/queue/x', { n: 1 }, { headers: { kind: 'note' } });
    const message = await laptop.hears('MESSAGE');
    expect(message).toMatchObject({ body: '{"n":1}' });
    expect(message.headers).toMatchObject({
      destination: '/user/queue/x',
      subscription: '0',
      kind: 'note',
      'content-type': 'application/json',
    });
    expect([await bodies(phone), await bodies(bob)]).toEqual([['MESSAGE {"n":1}'], []]);
  });

  it('is not heard by guests who claim the name, nor by each other', async () => {
    const one = world();
    const ann = await listening(one, as('ann'));
    const guests = [await listening(one, { login: 'ann' }), await listening(one, { login: 'ann' })];
    await one.users.sendToUser('ann', '/queue/x', 'private');
    one.users.sendToSession(guests[0]!.session.id, '/queue/x', 'for the first guest');
    expect(await bodies(ann)).toEqual(['MESSAGE private']);
    expect(await bodies(guests[0]!)).toEqual(['MESSAGE for the first guest']);
    expect(await bodies(guests[1]!)).toEqual([]);
  });

  it('reaches one session where it says which', async () => {
    const one = world();
    const [laptop, phone] = [await listening(one, as('ann')), await listening(one, as('ann'))];
    await one.users.sendToUser('ann', '/queue/x', 'here', { session: phone.session.id });
    await one.users.sendToUser('bob', '/queue/x', 'not his', { session: phone.session.id });
    expect([await bodies(laptop), await bodies(phone)]).toEqual([[], ['MESSAGE here']]);
  });

  it('is heard by a name with slashes, wildcards and dots, and by no other', async () => {
    const one = world();
    const names = ['a/queue/x', '*', 'a%2Fb', 'a/b', '한 글', 'a.b', '__proto__'];
    const clients = await Promise.all(names.map((name) => listening(one, as(name))));
    for (const name of names) await one.users.sendToUser(name, '/queue/x', name);
    for (const [at, client] of clients.entries())
      expect(await bodies(client)).toEqual([`MESSAGE ${names[at]}`]);
  });

  it('ends with the subscription, and with the session', async () => {
    const one = world();
    const ann = await listening(one, as('ann'));
    ann.say('UNSUBSCRIBE', { id: '0' });
    await one.users.sendToUser('ann', '/queue/x', 'late');
    expect(await bodies(ann)).toEqual([]);
    ann.connection.handler!.closed(1006, '');
    expect([one.users.size, one.users.find('ann')]).toEqual([0, undefined]);
    await one.users.sendToUser('ann', '/queue/x', 'gone');
  });
});

describe('who tries to hear what is for another', () => {
  it.each([
    '/user/bob/queue/x',
    '/user/bob/queue/**',
    '/user/*/queue/x',
    '/user/**',
    '/queue/x-user*',
    '/temp-queue/*',
    '/reply-queue/x/queue/x',
    '/**',
    '/*/bob/queue/x',
    'user:bob/queue/x',
    '/ser:bob/queue/x',
    '/ser:bob/queue/*',
    '/user/../bob/queue/x',
    '/user/queue',
  ])('by a SUBSCRIBE to %s is refused, and hears nothing', async (destination) => {
    const one = world();
    const bob = await listening(one, as('bob'));
    const eve = await listening(one, as('eve'), '/user/queue/**', '/topic/**', destination);
    await one.users.sendToUser('bob', '/queue/x', 'private');
    const heard = await eve.heard();
    expect(heard.map(({ command }) => command)).toEqual(['ERROR']);
    expect(JSON.stringify(heard)).not.toContain('private');
    expect(await bodies(bob)).toEqual(['MESSAGE private']);
  });

  it('by the wildcards of its own queues hears its own', async () => {
    const one = world();
    const eve = await listening(one, as('eve'), '/user/queue/**', '/topic/**', '/topic/*/*');
    await one.users.sendToUser('bob', '/queue/x', 'private');
    await one.users.sendToUser('eve', '/queue/x', 'own');
    expect(await bodies(eve)).toEqual(['MESSAGE own']);
  });
});

describe('a guest who proves the name within the session', () => {
  it('is refused: the queues that it hears were given to the guest', async () => {
    const one = world();
    const guest = await listening(one, { login: 'ann' });
    guest.say('SEND', { destination: '/app/$auth', ...as('ann') });
    expect(await guest.ended()).toMatchObject({ code: 'user-changed', close: 1008 });
  });
});

describe('a SEND to a user', () => {
  const toBob = { destination: '/user/bob/queue/x' };

  it('is denied by default', async () => {
    const one = world();
    const bob = await listening(one, as('bob'));
    const eve = await one.connected(as('eve'));
    eve.say('SEND', toBob, 'hi');
    expect(await eve.ended()).toMatchObject({ code: 'denied', close: 1008 });
    expect(await bodies(bob)).toEqual([]);
  });

  it('passes where a rule allows it, without headers that only the server writes', async () => {
    const one = world();
    one.rules.allow.send('/user/{name}/queue/x', { authenticated: true });
    const [bob, ann] = [await listening(one, as('bob')), await one.connected(as('ann'))];
    const forged = {
      ...toBob,
      'user-name': 'root',
      subscription: '9',
      'message-id': 'mine',
      session: 's',
      own: '1',
    };
    ann.say('SEND', forged, 'hi');
    const { headers, body } = await bob.hears('MESSAGE');
    expect(body).toBe('hi');
    expect(headers).toMatchObject({ destination: '/user/queue/x', subscription: '0', own: '1' });
    expect([headers['user-name'], headers.session]).toEqual([undefined, undefined]);
    expect(headers['message-id']).not.toBe('mine');
  });

  it('is held to the rules whatever way the name is encoded', async () => {
    const one = world();
    one.rules.deny
      .send('/user/bob/queue/**', 'not to bob')
      .allow.send('/user/{name}/queue/x', ({ params }) => params.name !== 'root' || 'not to root');
    const bob = await listening(one, as('bob'));
    for (const [name, reason] of [
      ['%62ob', 'not to bob'],
      ['%62%6F%62', 'not to bob'],
      ['r%6fot', 'not to root'],
    ]) {
      const eve = await one.connected(as('eve'));
      eve.say('SEND', { destination: `/user/${name}/queue/x` }, 'hi');
      expect((await eve.ended()).frame?.headers.message).toBe(reason);
    }
    expect(await bodies(bob)).toEqual([]);
  });

  it('finds the name that its percent signs mean', async () => {
    const one = world();
    one.rules.allow.send('/user/**');
    const [slash, eve] = [await listening(one, as('a/b')), await one.connected(as('eve'))];
    eve.say('SEND', { destination: '/user/a%2Fb/queue/x' }, 'hi');
    expect(await bodies(slash)).toEqual(['MESSAGE hi']);
    eve.say('SEND', { destination: '/user/a%0Ab/queue/x', receipt: 'r' }, 'hi');
    expect((await eve.heard()).map(({ command }) => command)).not.toContain('MESSAGE');
  });
});

describe('the server', () => {
  it('knows who is connected, their sessions and subscriptions', async () => {
    const one = world();
    const laptop = await listening(one, as('ann'), '/user/queue/x', '/topic/*');
    const guest = await listening(one, { login: 'ann' });
    expect(one.users.size).toBe(1);
    expect([...one.users].map(({ name, sessions }) => [name, sessions.length])).toEqual([['ann', 1]]);
    const [session] = one.users.find('ann')!.sessions;
    expect(session).toMatchObject({ id: laptop.session.id, user: { name: 'ann', authenticated: true } });
    expect(session!.subscriptions).toEqual([
      { id: '0', destination: '/user/queue/x' },
      { id: '1', destination: '/topic/*' },
    ]);
    session!.attributes.set('seen', true);
    expect(laptop.session.attributes.get('seen')).toBe(true);
    expect(Array.from(one.users.sessions(), ({ id }) => id)).toEqual([laptop.session.id, guest.session.id]);
    expect(one.users.session(guest.session.id)?.user.authenticated).toBe(false);
  });

  it('sends a user away, who hears why', async () => {
    const one = world();
    const [laptop, phone, bob] = [
      await one.connected(as('ann')),
      await one.connected(as('ann')),
      await one.connected(as('bob')),
    ];
    const gone = one.users.disconnectUser('ann', 'your account was closed');
    for (const client of [laptop, phone]) {
      const { code, close, frame } = await client.ended();
      expect([code, close]).toEqual(['ended-by-application', 1008]);
      expect(frame?.headers.message).toBe('your account was closed');
      expect(client.connection.closes).toMatchObject([{ code: 1008, reason: 'your account was closed' }]);
      client.connection.end();
    }
    expect(await gone).toBe(2);
    expect([one.users.size, await one.users.disconnectUser('ann', 'again')]).toEqual([1, 0]);
    expect(await bob.heard()).toEqual([]);
  });

  it('sends one session away, a guest too', async () => {
    const one = world();
    const [stays, goes] = [await one.connected({ login: 'kim' }), await one.connected({ login: 'kim' })];
    expect(await one.users.disconnectUser('kim', 'no')).toBe(0);
    const gone = one.users.disconnectSession(goes.session.id, 'enough');
    expect((await goes.ended()).frame?.headers.message).toBe('enough');
    goes.connection.end();
    expect(await gone).toBe(true);
    expect(await stays.heard()).toEqual([]);
    expect(await one.users.disconnectSession('nobody', 'x')).toBe(false);
  });
});

describe('quotas of a user', () => {
  it('bound the subscriptions of all sessions together', async () => {
    const one = world({ maxSubscriptionsPerUser: 3 });
    const laptop = await listening(one, as('ann'), '/topic/a', '/topic/b');
    const phone = await listening(one, as('ann'), '/topic/a', '/topic/b');
    const refused = await phone.ended();
    expect(refused).toMatchObject({ code: 'too-many-subscriptions', close: 1008 });
    expect(refused.frame?.headers.message).toContain('maxSubscriptionsPerUser=3');
    laptop.say('SUBSCRIBE', { id: 'more', destination: '/topic/c', receipt: 'r' });
    expect((await laptop.heard()).map(({ command }) => command)).toEqual(['RECEIPT']);
    const guest = await listening(one, { login: 'ann' }, '/topic/a', '/topic/b', '/topic/c', '/topic/d');
    expect(await guest.heard()).toEqual([]);
  });

  it('are looked at again when other nodes have been asked: another session may have been quicker', async () => {
    const one = world({ maxSubscriptionsPerUser: 4 });
    const [laptop, phone] = [await listening(one, as('ann')), await listening(one, as('ann'))];
    const claimShare = async (): Promise<QuotaShare> => ({ count: 3, others: [] });
    const line = { on: () => {} } as unknown as NodeLine;
    const unasked = { add: () => {} };
    one.registry.quota.share({ quotas: { claimShare, keepShare: () => {} }, line, node: 'n', unasked });
    for (const client of [laptop, phone])
      client.say('SUBSCRIBE', { id: 'x', destination: '/topic/x', receipt: 'r' });
    expect((await laptop.heard()).map(({ command }) => command)).toEqual(['RECEIPT']);
    expect(await phone.ended()).toMatchObject({ code: 'too-many-subscriptions' });
    expect(phone.session.listed().map(({ id }) => id)).toEqual(['0']);
  });
});
