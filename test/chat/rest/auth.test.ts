// Who asks over HTTP, where names are proven: tokens and passwords, and nothing that a parameter says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../src/auth/password-hash.ts';
import { ChatApi } from './chat-api.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const secret = 'a secret that is long enough for HS256, so it is';

const tokenOf = (name: string, lasts = '1h') =>
  new SignJWT({ sub: name })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(lasts)
    .sign(new TextEncoder().encode(secret));

async function chat(options: Parameters<typeof ChatApi.start>[0]): Promise<ChatApi> {
  const api = await ChatApi.start(options);
  ends.push(() => api.close());
  return api;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const basic = (text: string) => ({
  headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
});

describe('with tokens', () => {
  it('whoever shows one is who it says: in requests, and in event streams', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret });
    const kim = bearer(await tokenOf('kim'));
    expect((await api.post('/rooms', { id: 'r', kind: 'private' }, kim)).status).toBe(201);
    expect((await api.post('/rooms/r/messages', { content: 'mine' }, kim)).body).toMatchObject({
      sender: 'kim',
    });
    const events = await api.stream('/rooms/r/subscribe', { ...kim, query: { from: 'first' } });
    await events.next('resume');
    expect((await events.next()).data).toContain('mine');
    expect(api.kit.server.users.find('kim')?.sessions).toHaveLength(1);
    await api.kit.advance(3_700_000);
    expect((await events.next('error')).data).toContain('credentials-expired');
  });

  it('nobody comes in without a good one, and the answer says how, and not why', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret });
    const stale = await tokenOf('kim', '-1m');
    const details = new Set<unknown>();
    for (const asked of [
      {},
      bearer('x.y.z'),
      bearer(stale),
      basic('kim:x'),
      { headers: { authorization: 'x' } },
    ])
      for (const path of ['/rooms', '/users', '/rooms/r', '/rooms/r/messages', '/rooms/r/subscribe']) {
        const answer = await api.get(path, asked);
        expect(answer.status, path).toBe(401);
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
        details.add((answer.body as { detail: string }).detail);
      }
    expect(details.size).toBe(1);
  });

  it('EventSource, which sets no headers, may show one in the query, where that is allowed', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret, authQuery: 'access_token' });
    const query = { access_token: await tokenOf('kim') };
    await api.post('/rooms', { id: 'r', kind: 'private' }, { query });
    const events = await api.stream('/rooms/r/subscribe', { query });
    await events.comment('subscribed');
    expect((await api.get('/rooms/r/subscribe', { query: { access_token: 'x.y.z' } })).status).toBe(401);
  });

  it('a parameter is believed nothing: the same name, or refused', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret });
    const kim = bearer(await tokenOf('kim'));
    expect((await api.get('/rooms', { ...kim, as: 'kim' })).status).toBe(200);
    expect((await api.get('/rooms', { ...kim, as: 'lee' })).status).toBe(403);
    expect((await api.post('/rooms', { id: 'r', userId: 'lee' }, kim)).status).toBe(403);
    expect((await api.get('/rooms/r/subscribe', { ...kim, as: 'lee' })).status).toBe(403);
    expect((await api.get('/rooms', { as: 'kim' })).status).toBe(401);
  });
});

describe('with a cookie', () => {
  const from = (cookie: string, headers: Record<string, string>) => ({ headers: { cookie, ...headers } });
  const own = { origin: 'http://localhost' };
  const reading = { 'sec-fetch-site': 'same-origin' };

  it('pages of ours are known, and hear rooms by it; of others it counts for nothing', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret, authCookie: 'token' });
    const cookie = `token=${await tokenOf('kim')}`;
    expect((await api.post('/rooms', { id: 'r' }, from(cookie, own))).status).toBe(201);
    expect((await api.get('/rooms', from(cookie, reading))).status).toBe(200);
    await (await api.stream('/rooms/r/subscribe', from(cookie, reading))).comment('subscribed');
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'null' },
    ])
      expect([401, 403], JSON.stringify(headers)).toContain(
        (await api.get('/rooms', from(cookie, headers))).status,
      );
  });

  it('state changes only with the token that a page of ours repeats, where that is asked for', async () => {
    const api = await chat({ auth: 'jwt', jwtSecret: secret, authCookie: 'token', csrfCookie: 'csrf' });
    const cookie = `token=${await tokenOf('kim')}; csrf=abc`;
    const post = (headers: Record<string, string>) =>
      api.post('/rooms', { id: 'r' }, from(cookie, { ...own, ...headers }));
    expect((await post({})).status).toBe(401);
    expect((await post({ 'x-csrf-token': 'guess' })).status).toBe(401);
    expect((await post({ 'x-csrf-token': 'abc' })).status).toBe(201);
  });
});

describe('with users', () => {
  it('a name and a password go as Basic', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stompwire-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'users.json');
    writeFileSync(file, JSON.stringify({ users: [{ name: 'kim', password: await hashPassword('p:w') }] }));
    const api = await chat({ auth: 'users', usersFile: file });
    const made = await api.post('/rooms', { id: 'r' }, basic('kim:p:w'));
    expect(made.body).toMatchObject({ createdBy: 'kim' });
    for (const bad of ['kim:no', 'kim', 'lee:p:w', ':'])
      expect((await api.get('/rooms', basic(bad))).status, bad).toBe(401);
    const events = await api.stream('/rooms/r/subscribe', basic('kim:p:w'));
    await events.comment('subscribed');
  });
});
