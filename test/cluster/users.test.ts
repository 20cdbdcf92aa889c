// Users over two and three nodes: written to, counted, limited and sent away wherever they are.
import { beforeEach, describe, expect, it } from 'vitest';
import { Executable } from '../e2e/executable.ts';
import { until } from '../servers/redis-groups.ts';
import type { OwnRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { bodiesOf, onOwnRedis, sessionOf, type UserNodes } from './user-nodes.ts';

const program = requires('redis-server');

describe.runIf(program)('users over nodes', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  beforeEach(async () => {
    const own = await onOwnRedis(program!);
    ({ redis, nodes } = own);
    return own.stop;
  });

  it('hear what is sent to them on each node that they are on, once and in order', async () => {
    const [a, b, c] = [await nodes.node(), await nodes.node(), await nodes.node()];
    const [laptop, phone, bob] = [
      await nodes.enter(a, 'ann'),
      await nodes.enter(b, 'ann'),
      await nodes.enter(b, 'bob'),
    ];
    const sent = Array.from({ length: 50 }, (_, at) => String(at));
    await Promise.all(sent.map((text) => c.users.sendToUser('ann', '/queue/news', text)));
    await c.users.sendToUser('bob', '/queue/news', 'end');
    for (const client of [laptop, phone]) {
      await client.message('49');
      expect(bodiesOf(client)).toEqual(sent);
    }
    await bob.message('end');
    expect(bodiesOf(bob)).toEqual(['end']);
  });

  it('hear what is for one session only there, be it a guest or not', async () => {
    const [a, b] = [await nodes.node(), await nodes.node()];
    const [laptop, phone, guest] = [
      await nodes.enter(a, 'ann'),
      await nodes.enter(b, 'ann'),
      await nodes.enter(b),
    ];
    const name = guest.frames.all[0]!.headers['user-name']!;
    await a.users.sendToUser('ann', '/queue/x', 'for the phone', { session: sessionOf(phone) });
    await a.users.sendToUser('bob', '/queue/x', 'of another', { session: sessionOf(phone) });
    await a.users.sendToUser('nobody', '/queue/x', 'of another', { session: sessionOf(guest) });
    await a.users.sendToUser(name, '/queue/x', 'for the guest', { session: sessionOf(guest) });
    await a.users.sendToSession(sessionOf(phone), '/queue/y', { n: 1 }, { headers: { own: 'yes' } });
    await a.users.sendToSession(sessionOf(guest), '/queue/y', 'to a session');
    await a.users.sendToSession('abcdefgh-7', '/queue/y', 'to nobody');
    await guest.message('to a session');
    const told = await phone.message('{"n":1}');
    expect(told.headers).toMatchObject({
      own: 'yes',
      destination: '/user/queue/y',
      'content-type': 'application/json',
    });
    await a.users.sendToUser('ann', '/queue/x', 'end');
    await Promise.all([laptop, phone].map((client) => client.message('end')));
    expect(bodiesOf(laptop)).toEqual(['end']);
    expect(bodiesOf(phone).toSorted()).toEqual(['end', 'for the phone', '{"n":1}']);
    expect(bodiesOf(guest)).toEqual(['for the guest', 'to a session']);
  });

  it('are sent away on every node, and it is known when they are gone', async () => {
    const [a, b, c] = [await nodes.node(), await nodes.node(), await nodes.node()];
    const clients = [
      await nodes.enter(a, 'ann'),
      await nodes.enter(b, 'ann'),
      await nodes.enter(b, 'ann'),
      await nodes.enter(c, 'ann'),
    ];
    const bob = await nodes.enter(b, 'bob');
    for (const client of clients) client.onMessage = () => {};
    const ends = Promise.all(
      clients.map(async (client) => {
        const error = await client.next('ERROR');
        client.drop();
        return [error.headers.code, error.headers.message];
      }),
    );
    expect(await a.users.disconnectUser('ann', 'closed')).toBe(4);
    expect(await a.users.sessionsOf('ann')).toEqual([]);
    expect(await ends).toEqual(clients.map(() => ['ended-by-application', 'closed']));
    expect(await c.users.disconnectSession(sessionOf(bob), 'you too')).toBe(true);
    expect((await bob.next('ERROR')).headers.message).toBe('you too');
    expect(await c.users.disconnectSession(sessionOf(bob), 'again')).toBe(false);
    expect(await a.users.disconnectUser('ann', 'again')).toBe(0);
  });

  it('have so many sessions over all nodes, however many come at once', async () => {
    const options = { maxSessionsPerUser: 3 };
    const all = [await nodes.node(options), await nodes.node(options), await nodes.node(options)];
    const clients = await Promise.all(Array.from({ length: 12 }, (_, at) => nodes.open(all[at % 3]!)));
    for (const client of clients)
      client.frame('CONNECT', { 'accept-version': '1.2', host: 'x', login: 'ann' });
    const answers = await Promise.all(
      clients.map(({ frames }) => frames.first(({ command }) => command !== 'RECEIPT', 'an answer')),
    );
    const refused = answers.filter(({ command }) => command === 'ERROR');
    expect(refused).toHaveLength(9);
    expect(new Set(refused.map(({ headers }) => headers.code))).toEqual(new Set(['too-many-sessions']));
    expect(await all[0]!.users.sessionsOf('ann')).toHaveLength(3);
    const inside = clients[answers.findIndex(({ command }) => command === 'CONNECTED')]!;
    inside.frame('DISCONNECT');
    await inside.ended;
    await until(async () => (await all[0]!.users.sessionsOf('ann')).length === 2);
    await nodes.enter(all[2]!, 'ann');
  });

  it('have so many subscriptions over all nodes, however many come at once', async () => {
    const options = { maxSubscriptionsPerUser: 4 };
    const all = [await nodes.node(options), await nodes.node(options), await nodes.node(options)];
    const clients = await Promise.all(Array.from({ length: 9 }, (_, at) => nodes.open(all[at % 3]!)));
    for (const client of clients) await client.connect({ login: 'ann' });
    for (const client of clients)
      client.frame('SUBSCRIBE', { destination: '/topic/x', id: 'x', receipt: 'r' });
    const answers = await Promise.all(
      clients.map(({ frames }) => frames.first(({ command }) => command !== 'CONNECTED', 'an answer')),
    );
    const refused = answers.filter(({ command }) => command === 'ERROR');
    expect(refused.map(({ headers }) => headers.code)).toEqual(Array(5).fill('too-many-subscriptions'));
    const [inside] = clients.filter((_, at) => answers[at]!.command === 'RECEIPT');
    inside!.frame('UNSUBSCRIBE', { id: 'x', receipt: 'less' });
    await inside!.frames.first(({ headers }) => headers['receipt-id'] === 'less', 'one less');
    const late = await Promise.all(all.map((node) => nodes.open(node)));
    for (const client of late) await client.connect({ login: 'ann' });
    await late[1]!.subscribe('/topic/x', 'x');
    late[2]!.frame('SUBSCRIBE', { destination: '/topic/x', id: 'x' });
    expect((await late[2]!.next('ERROR')).headers.code).toBe('too-many-subscriptions');
  });

  it('are counted, listed and told of, once on each node that watches', async () => {
    const [a, b] = [await nodes.node(), await nodes.node()];
    const told: string[][] = [[], []];
    for (const [at, { users }] of [a, b].entries())
      await users.watch((name, connected) => told[at]!.push(`${connected ? '+' : '-'}${name}`));
    const [laptop, phone] = [await nodes.enter(a, 'ann'), await nodes.enter(b, 'ann')];
    await nodes.enter(b, 'bob');
    await nodes.enter(a);
    expect(await a.users.count()).toBe(2);
    expect([a.users.size, b.users.size]).toEqual([1, 2]);
    expect(await a.users.names()).toEqual(['ann', 'bob']);
    expect(await a.users.names('ann', 1)).toEqual(['bob']);
    expect(await a.users.isConnected('bob')).toBe(true);
    laptop.drop();
    phone.drop();
    await until(async () => told.every((lines) => lines.includes('-ann')));
    for (const lines of told) expect(lines).toEqual(['+ann', '+bob', '-ann']);
    expect(await b.users.isConnected('ann')).toBe(false);
  });

  it('vanish with a node that is killed, and their room under the limit is free', async () => {
    const options = { maxSessionsPerUser: 1, userTimeout: 700 };
    const a = await nodes.node(options);
    const told: string[] = [];
    await a.users.watch((name, connected) => void told.push(`${connected ? '+' : '-'}${name}`));
    const doomed = new Executable(
      [nodes.broker, '700'],
      [],
      new URL('user-node.ts', import.meta.url).pathname,
    );
    try {
      const [, , stomp] = await doomed.addresses();
      await nodes.enter({ addresses: { stomp: stomp! } }, 'ann');
      expect(await a.users.isConnected('ann')).toBe(true);
      doomed.signal('SIGKILL');
      await doomed.ended;
      await until(async () => told.includes('-ann'));
    } finally {
      doomed.signal('SIGKILL');
    }
    expect(await a.users.names()).toEqual([]);
    await nodes.enter(a, 'ann');
    expect(told).toEqual(['+ann', '-ann', '+ann']);
  });

  it('are back by themselves when their node was paused for longer than it may', async () => {
    const a = await nodes.node({ userTimeout: 700 });
    const told: string[] = [];
    await a.users.watch((name, connected) => void told.push(`${connected ? '+' : '-'}${name}`));
    const frozen = new Executable(
      [nodes.broker, '700'],
      [],
      new URL('user-node.ts', import.meta.url).pathname,
    );
    try {
      const [, , stomp] = await frozen.addresses();
      const ann = await nodes.enter({ addresses: { stomp: stomp! } }, 'ann');
      frozen.signal('SIGSTOP');
      await until(async () => told.includes('-ann'));
      frozen.signal('SIGCONT');
      await until(async () => told.length === 3);
      expect(told).toEqual(['+ann', '-ann', '+ann']);
      await a.users.sendToUser('ann', '/queue/x', 'still there');
      await ann.message('still there');
    } finally {
      frozen.signal('SIGKILL');
      await frozen.ended;
    }
  });

  it('stay where they are while Redis is away, and are all there when it is back, empty', async () => {
    const options = { maxSessionsPerUser: 2, userTimeout: 1000 };
    const [a, b] = [await nodes.node(options), await nodes.node(options)];
    await nodes.enter(a, 'ann');
    await nodes.enter(b, 'ann');
    await redis.kill('SIGKILL');
    const ready = async (): Promise<number> => (await a.http.inject('/health/ready')).statusCode;
    await until(async () => (await ready()) === 503);
    const late = await nodes.open(a);
    await late.connect({ login: 'ann' }); // it counts for two, but the other node cannot be asked
    const refused = await nodes.open(a);
    refused.frame('CONNECT', { 'accept-version': '1.2', host: 'x', login: 'ann' });
    expect((await refused.next('ERROR')).headers.code).toBe('too-many-sessions');
    await expect(a.users.sessionsOf('ann')).rejects.toMatchObject({ code: 'relay-unavailable' });
    const ending = a.users.disconnectUser('nobody', 'x');
    await expect(ending).rejects.toMatchObject({ code: 'relay-unavailable' });
    await redis.restart();
    await until(async () => (await ready()) === 200);
    const count = async (): Promise<number> => (await b.users.sessionsOf('ann').catch(() => [])).length;
    await until(async () => (await count()) === 3);
    const more = await nodes.open(b);
    more.frame('CONNECT', { 'accept-version': '1.2', host: 'x', login: 'ann' });
    expect((await more.next('ERROR')).headers.code).toBe('too-many-sessions');
  });

  it('cannot speak to nodes themselves', async () => {
    const [a, b] = [await nodes.node(), await nodes.node()];
    const node = sessionOf(await nodes.enter(b, 'bob')).slice(0, 8);
    for (const destination of ['$nodes', `$node/${node}`, '/**', '/topic/**']) {
      const spy = await nodes.enter(a, 'eve');
      spy.frame('SUBSCRIBE', { destination, id: 'spy', receipt: 'r' });
      await spy.frames.first(({ headers }) => headers['receipt-id'] === 'r', 'an answer');
      await b.users.disconnectUser('nobody', 'secret');
      await b.users.sendToUser('eve', '/queue/x', 'end');
      expect(bodiesOf(spy).filter((body) => body !== 'end')).not.toContain('secret');
      expect(spy.messages.filter(({ headers }) => headers.subscription === 'spy')).toEqual([]);
      spy.drop();
    }
    const liar = await nodes.enter(a, 'eve');
    const said = { name: 'end-user', from: 'x', about: { user: 'bob', reason: 'a lie' } };
    liar.frame('SEND', { destination: '$nodes', command: JSON.stringify(said), receipt: 'r' });
    expect((await liar.next('ERROR')).headers.code).toBe('unknown-destination');
    expect(await a.users.isConnected('bob')).toBe(true);
  });
});
