// Users over real sockets: their queues on every device, what never reaches another, rules, limits, being sent away.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { rateLimit } from '../../src/index.ts';
import { Folder } from '../auth/folder.ts';
import type { StompJs } from './clients/stompjs.ts';
import { Service } from './service.ts';

const folder = new Folder();
const password = await hashPassword('pw', { logN: 4, r: 1, p: 1 });
const users = [
  { name: 'ann', password },
  { name: 'bob', password },
  { name: 'root', password, roles: ['admin'] },
];
const usersFile = folder.file('users.json', JSON.stringify({ users }));
const quota = { maxSessionsPerUser: 3, maxSubscriptionsPerUser: 6 };

let proven: Service;
let guests: Service;
beforeAll(async () => {
  proven = await Service.start({ auth: 'users', usersFile, denial: 'keep', ...quota }, ({ rules, app }) => {
    rules.allow.subscribe('/topic/admin/**', { roles: ['admin'], reason: 'admins only' });
    rules.allow.subscribe('/topic/of/{name}', async ({ user, params }) => user.name === params.name);
    rules.allow.send('/user/{name}/queue/mail', { authenticated: true });
    app.message('/me', { sendToUser: '/queue/me' }, ({ user }) => `you are ${user.name}`);
  });
  guests = await Service.start({ denial: 'keep' }, (server) => {
    server.app.message('/me', { sendToUser: '/queue/me' }, ({ user }) => `you are ${user.name}`);
  });
});
afterEach(() => {
  proven.dropClients();
  guests.dropClients();
});
afterAll(async () => {
  await proven.close();
  await guests.close();
  folder.remove();
});

const enter = (login: string): Promise<StompJs> =>
  proven.page({ connectHeaders: { login, passcode: 'pw', host: 'any' } });
const told = ({ body, headers }: { body: string; headers: Record<string, unknown> }): object => ({
  ...JSON.parse(body),
  receipt: headers['receipt-id'],
  subscription: headers['subscription-id'],
});

describe('a user on several devices', () => {
  it('hears on all of them what is sent to the user, on TCP as on a page', async () => {
    const [page, tcp, bob] = [await enter('ann'), await proven.tcp(), await enter('bob')];
    await tcp.connect({ login: 'ann', passcode: 'pw' });
    await tcp.subscribe('/user/queue/me', '7');
    const [mine, his] = [await page.subscribe('/user/queue/me'), await bob.subscribe('/user/queue/**')];
    await page.send('/app/me', '');
    const [message] = await mine.messages.count(1);
    expect([message!.body, message!.headers.destination]).toEqual(['you are ann', '/user/queue/me']);
    expect((await tcp.message('you are ann')).headers).toMatchObject({
      subscription: '7',
      destination: '/user/queue/me',
    });
    await bob.send('/app/me', '');
    expect((await his.messages.count(1)).map(({ body }) => body)).toEqual(['you are bob']);
  });

  it('is found by the server, written to, and sent away with a reason', async () => {
    const [page, tcp, bob] = [await enter('ann'), await proven.tcp(), await enter('bob')];
    await tcp.connect({ login: 'ann', passcode: 'pw' });
    const { messages } = await page.subscribe('/user/queue/news');
    const { server } = proven;
    expect(server.users.find('ann')!.sessions.map(({ peer }) => peer.transport)).toEqual([
      'websocket',
      'tcp',
    ]);
    await server.users.sendToUser('ann', '/queue/news', { n: 1 });
    expect((await messages.count(1))[0]!.body).toBe('{"n":1}');
    expect(await server.users.disconnectUser('ann', 'the account was closed')).toBe(2);
    const [error] = await page.errors.count(1);
    expect(error!.headers).toMatchObject({ code: 'ended-by-application', message: 'the account was closed' });
    expect(await page.closes.count(1)).toEqual([{ code: 1008, reason: 'the account was closed' }]);
    expect((await tcp.next('ERROR')).headers.message).toBe('the account was closed');
    await bob.send('/app/me', '');
  });

  it('may have so many sessions, and subscriptions in all of them', async () => {
    const pages = [await enter('ann'), await enter('ann'), await enter('ann')];
    const tcp = await proven.tcp();
    tcp.frame('CONNECT', { 'accept-version': '1.2', host: 'any', login: 'ann', passcode: 'pw' });
    const { headers } = await tcp.next('ERROR');
    expect(headers.code).toBe('too-many-sessions');
    expect(headers.message).toContain('maxSessionsPerUser=3');
    for (const page of pages) for (const topic of ['/topic/a', '/topic/b']) await page.subscribe(topic);
    pages[0]!.client.subscribe('/topic/c', () => {});
    expect((await pages[0]!.errors.count(1))[0]!.headers.code).toBe('too-many-subscriptions');
  });
});

describe('guests who claim one name', () => {
  it('do not hear what is for each other', async () => {
    const [one, two] = [
      await guests.page({ connectHeaders: { login: 'kim' } }),
      await guests.page({ connectHeaders: { login: 'kim' } }),
    ];
    const [own, others] = [await one.subscribe('/user/queue/me'), await two.subscribe('/user/queue/me')];
    await one.send('/app/me', '');
    expect((await own.messages.count(1))[0]!.body).toBe('you are kim');
    await guests.server.users.sendToUser('kim', '/queue/me', 'nobody has proven to be kim');
    await two.send('/app/me', '');
    expect((await others.messages.count(1)).map(({ body }) => body)).toEqual(['you are kim']);
    expect(own.messages.all).toHaveLength(1);
  });

  it('are held together to the limit of their address, told when to come back, and live', async () => {
    const fresh = await Service.start({}, (server) =>
      server.intercept(rateLimit({ per: 'address', sends: 2, within: 60_000 })),
    );
    try {
      const [one, two] = [await fresh.page(), await fresh.page()];
      const errors = await two.subscribe('/user/queue/errors');
      const heard = await two.subscribe('/topic/a');
      await one.send('/topic/a', '1');
      await two.send('/topic/a', '2');
      two.client.publish({ destination: '/topic/a', body: '3', headers: { receipt: 'r-3' } });
      const [refused] = await errors.messages.count(1);
      const { retryAfter, ...body } = JSON.parse(refused!.body);
      expect(body).toMatchObject({ code: 'rate-limited', destination: '/topic/a' });
      expect(retryAfter).toBeGreaterThan(20_000);
      expect(retryAfter).toBeLessThanOrEqual(30_000);
      expect(refused!.headers).toMatchObject({ 'receipt-id': 'r-3', 'retry-after': String(retryAfter) });
      await fresh.server.publish('/topic/a', 'still there');
      expect((await heard.messages.count(3)).map(({ body: text }) => text)).toEqual([
        '1',
        '2',
        'still there',
      ]);
    } finally {
      await fresh.close();
    }
  });
});

describe('rules', () => {
  it('let a user write to another, and nobody else into a mailbox or under a false name', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    const mail = await bob.subscribe('/user/queue/**');
    const errors = await ann.subscribe('/user/queue/errors');
    await ann.send('/user/%62ob/queue/mail', 'hello', { 'user-name': 'root', 'message-id': 'forged' });
    const [message] = await mail.messages.count(1);
    expect(message!.headers).toMatchObject({ destination: '/user/queue/mail', subscription: mail.id });
    expect(message!.headers).not.toHaveProperty('user-name');
    expect(message!.headers['message-id']).not.toBe('forged');
    ann.client.publish({ destination: '/user/bob/queue/errors', body: 'fake', headers: { receipt: 'r' } });
    const [refused] = await errors.messages.count(1);
    expect(told(refused!)).toMatchObject({ code: 'denied', receipt: 'r' });
    await bob.send('/app/me', '');
    expect(mail.messages.all.map(({ body }) => body)).not.toContain('fake');
  });

  it.each([
    '/topic/admin/log',
    '/topic/admin/*',
    '/topic/**',
    '/topic/*/bob',
    '/topic/of/bob',
    '/user/bob/queue/mail',
    '/user/bob/queue/**',
    '/user/*/queue/mail',
  ])(
    'keep a user from %s with a reason, the session lives, and nothing of it arrives',
    async (destination) => {
      const [ann, root, bob] = [await enter('ann'), await enter('root'), await enter('bob')];
      const errors = await ann.subscribe('/user/queue/errors');
      const spied: string[] = [];
      ann.client.subscribe(destination, ({ body }) => spied.push(body), { id: 'spy', receipt: 'r-spy' });
      const [refused] = await errors.messages.count(1);
      expect(told(refused!)).toMatchObject({
        code: 'denied',
        subscription: 'spy',
        receipt: 'r-spy',
        destination,
      });
      const [admins, own] = [await root.subscribe('/topic/admin/log'), await bob.subscribe('/topic/of/bob')];
      await proven.server.publish('/topic/admin/log', 'secret');
      await proven.server.publish('/topic/of/bob', 'private');
      await proven.server.users.sendToUser('bob', '/queue/mail', 'private');
      await admins.messages.count(1);
      await own.messages.count(1);
      const mine = await ann.subscribe('/topic/of/ann');
      await proven.server.publish('/topic/of/ann', 'mine');
      expect((await mine.messages.count(1))[0]!.body).toBe('mine');
      expect(spied).toEqual([]);
    },
  );
});
