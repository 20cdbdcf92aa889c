// Authentication over real sockets: where clients show what, who gets in, how it ends, and what is in no log.
import type { JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { Folder } from '../auth/folder.ts';
import { forged, pemOf, rsa, signed, signedByHmac } from '../auth/tokens.ts';
import type { RawClient } from './clients/raw-client.ts';
import { type Opening, RawWebSocket } from './clients/raw-web-socket.ts';
import { Executable } from './executable.ts';
import { Service } from './service.ts';

const folder = new Folder();
const jwtKeys = folder.file('key.pem', pemOf(rsa));
const password = await hashPassword('correct horse', { logN: 4, r: 1, p: 1 });
const usersFile = folder.file('users.json', JSON.stringify({ users: [{ name: 'kim', password }] }));
const page = 'https://chat.example';
const jwtOptions = {
  auth: 'jwt',
  jwtKeys,
  jwtAudiences: ['chat'],
  jwtClockSkew: 0,
  origins: [page],
  authCookie: 'token',
  authQuery: 'access_token',
  authSubprotocol: 'bearer',
} as const;

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const claims = (change: JWTPayload = {}): JWTPayload => ({
  sub: 'kim',
  aud: 'chat',
  exp: inSeconds(300),
  ...change,
});
const tokenOf = (change?: JWTPayload): Promise<string> =>
  signed(claims(change), rsa.privateKey, { alg: 'RS256' });
const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

let tokens: Service;
let users: Service;
beforeAll(async () => {
  tokens = await Service.start(jwtOptions);
  users = await Service.start({ auth: 'users', usersFile });
});
afterEach(() => {
  tokens.dropClients();
  users.dropClients();
});
afterAll(async () => {
  await tokens.close();
  await users.close();
  folder.remove();
});

/** What a client that shows this is told, and how its connection ends. */
async function refusal(client: RawClient, headers: Record<string, string>): Promise<unknown> {
  client.frame('CONNECT', { 'accept-version': '1.2', host: 'any', ...headers });
  const { headers: told, body } = await client.next('ERROR');
  return { told, body: String(body), code: (await client.ended).code };
}

const sameForAll = {
  told: expect.objectContaining({
    code: 'authentication-failed',
    message: 'the credentials were not accepted',
  }),
  body: 'the credentials were not accepted\n\nthe credentials were not accepted (authentication-failed)\n',
  code: 1008,
};

describe('a password', () => {
  it('lets in over WebSocket and TCP, under the name of its user', async () => {
    const connectHeaders = { login: 'kim', passcode: 'correct horse' };
    expect(await (await users.page({ connectHeaders })).connected()).toMatchObject({ 'user-name': 'kim' });
    const bot = await users.stompit({ connectHeaders });
    expect(bot.client).toBeDefined();
    expect((await (await users.tcp()).connect(connectHeaders)).headers['user-name']).toBe('kim');
  });

  it.each([
    ['wrong', { login: 'kim', passcode: 'wrong' }],
    ["an unknown user's", { login: 'eve', passcode: 'correct horse' }],
    ['missing', { login: 'kim' }],
    ['replaced by a name', { login: '', 'user-name': 'kim' }],
  ])('that is %s is told what every other is told', async (_, headers) => {
    expect(await refusal(await users.webSocket(), headers)).toEqual(sameForAll);
  });

  it('counts with the first login of a CONNECT that has two', async () => {
    const client = await users.webSocket();
    client.write('CONNECT\naccept-version:1.2\nlogin:kim\nlogin:admin\npasscode:correct horse\n\n\0');
    expect((await client.next('CONNECTED')).headers['user-name']).toBe('kim');
  });
});

describe('a token', () => {
  it.each<
    [string, (token: string) => { headers?: Record<string, string>; opening?: Opening; query?: string }]
  >([
    ['Authorization', (token) => ({ headers: bearer(token) })],
    ['passcode', (token) => ({ headers: { login: 'whoever', passcode: token } })],
    ['the query', (token) => ({ query: `?access_token=${token}` })],
    ['a subprotocol', (token) => ({ opening: { protocols: ['v12.stomp', `bearer.${token}`] } })],
    ['a cookie', (token) => ({ opening: { origin: page, headers: { Cookie: `a=b; token=${token}` } } })],
  ])('lets in when it stands in %s', async (_, placed) => {
    const { headers = {}, opening, query = '' } = placed(await tokenOf());
    const client = await tokens.webSocket(opening, tokens.endpoint + query);
    expect(client.protocol).toBe('v12.stomp');
    expect((await client.connect(headers)).headers['user-name']).toBe('kim');
  });

  it.each<[string, () => Promise<string> | string]>([
    ['unsigned', () => forged({ alg: 'none' }, claims())],
    ['signed by HS256 under the public key', () => signedByHmac({ alg: 'HS256' }, claims(), pemOf(rsa))],
    ['past', () => tokenOf({ exp: inSeconds(-1) })],
    ['not valid yet', () => tokenOf({ nbf: inSeconds(60) })],
    ['for somebody else', () => tokenOf({ aud: 'billing' })],
    ['of a user whose name forges a header', () => tokenOf({ sub: 'kim\nuser-name:admin' })],
    ['garbage', () => 'garbage'],
  ])('that is %s is told what every other is told', async (_, make) => {
    expect(await refusal(await tokens.webSocket(), bearer(await make()))).toEqual(sameForAll);
  });

  it.each<[string, Opening]>([
    ['no Origin', {}],
    ['the Origin of our own host over another scheme', { origin: 'capacitor://localhost' }],
  ])('in a cookie does not count with %s', async (_, opening) => {
    const headers = { Cookie: `token=${await tokenOf()}` };
    const client = tokens.webSocket({ ...opening, headers }).catch((error: Error) => error.message);
    const opened = await client;
    if (typeof opened === 'string') expect(opened).toContain('403');
    else expect(await refusal(opened, {})).toEqual(sameForAll);
  });

  it('does not make up for a bad one in a place that goes before it', async () => {
    const client = await tokens.webSocket({}, `${tokens.endpoint}?access_token=${await tokenOf()}`);
    expect(await refusal(client, bearer('garbage'))).toEqual(sameForAll);
  });

  it('that runs out ends the session with a reason', async () => {
    const client = await tokens.webSocket();
    await client.connect(bearer(await tokenOf({ exp: inSeconds(2) })));
    expect((await client.next('ERROR')).headers).toMatchObject({ code: 'credentials-expired' });
    expect(await client.ended).toMatchObject({ code: 1008 });
  });

  it('that is renewed in time keeps the session and its subscriptions', async () => {
    const client = await tokens.webSocket();
    const exp = inSeconds(2);
    await client.connect(bearer(await tokenOf({ exp })));
    await client.subscribe('/topic/a', 'a');
    await client.confirmed('SEND', { destination: '/app/$auth', ...bearer(await tokenOf()) });
    const other = await tokens.webSocket();
    await other.connect(bearer(await tokenOf({ exp })));
    await other.ended; // the first token has run out by now
    await client.confirmed('SEND', { destination: '/topic/a' }, 'still here');
    expect(String((await client.message('still here')).body)).toBe('still here');
  });

  it('of another user ends the session', async () => {
    const client = await tokens.webSocket();
    await client.connect(bearer(await tokenOf()));
    client.frame('SEND', { destination: '/app/$auth', ...bearer(await tokenOf({ sub: 'admin' })) });
    expect((await client.next('ERROR')).headers).toMatchObject({ code: 'user-changed' });
  });

  it('of an oversized handshake or frame is refused before it is looked at', async () => {
    const huge = 'a'.repeat(100_000);
    await expect(tokens.webSocket({}, `${tokens.endpoint}?access_token=${huge}`)).rejects.toThrow('431');
    const client = await tokens.webSocket();
    client.frame('CONNECT', { 'accept-version': '1.2', ...bearer(huge) });
    const { headers, body } = await client.next('ERROR');
    expect(headers).toMatchObject({ code: 'header-too-long' });
    expect(JSON.stringify(headers) + String(body)).not.toContain('aaaaaaaa');
  });
});

describe('credentials in a SEND', () => {
  it('and forged names of users reach no other client', async () => {
    const [sender, reader] = [await tokens.webSocket(), await tokens.webSocket()];
    for (const client of [sender, reader]) await client.connect(bearer(await tokenOf()));
    await reader.subscribe('/topic/a', 'a');
    const secrets = {
      passcode: 'hunter2',
      Authorization: 'hunter2',
      cookie: 'hunter2',
      'user-name': 'admin',
    };
    sender.frame('SEND', { destination: '/topic/a', login: 'hunter2', ...secrets }, 'hello');
    expect(JSON.stringify((await reader.message('hello')).headers)).not.toMatch(/hunter2|admin/);
  });
});

describe('a session that only listens', () => {
  it('ends after idleTimeout where that is set', async () => {
    const service = await Service.start({ idleTimeout: 100 });
    const client = await service.webSocket();
    await client.connect();
    expect((await client.next('ERROR')).headers).toMatchObject({ code: 'idle-timeout' });
    expect(await client.ended).toMatchObject({ code: 1008 });
    await service.close();
  });
});

describe('the log, at its finest', () => {
  it('says why nobody was let in, and holds no password, token, cookie or query', async () => {
    const flags = ['--port', '0', '--stomp-port', 'off', '--log-level', 'trace', '--jwt-audience', 'chat'];
    const places = ['--auth-cookie', 'token', '--auth-query', 'access_token', '--auth-subprotocol', 'bearer'];
    const words = ['serve', ...flags, ...places, '--auth', 'jwt', '--jwt-keys', jwtKeys, '--origin', page];
    const service = new Executable(words);
    const [, endpoint = ''] = await service.addresses();
    const good = await tokenOf();
    const bad = await tokenOf({ aud: 'billing' });
    const told = [];
    for (const token of [good, bad]) {
      const cookie = { origin: page, headers: { Cookie: `token=${token}; sid=cookie-hunter2` } };
      const openings: [Opening, string, Record<string, string>][] = [
        [{}, '', bearer(token)],
        [{}, '', { login: 'kim', passcode: token }],
        [{}, `?access_token=${token}&x=query-hunter2`, {}],
        [{ protocols: ['v12.stomp', `bearer.${token}`] }, '', {}],
        [cookie, '', {}],
      ];
      for (const [opening, query, headers] of openings) {
        const client = await RawWebSocket.open(endpoint + query, opening);
        client.frame('CONNECT', { 'accept-version': '1.2', ...headers });
        told.push((await client.frames.count(1))[0]!.command);
        client.frame('SEND', { destination: '/app/$auth', ...bearer(`${token}x`) });
        client.frame('SEND', { destination: 'nowhere', passcode: 'frame-hunter2', 'x-y': '\\q' });
        await client.ended;
      }
    }
    expect(told).toEqual([...Array(5).fill('CONNECTED'), ...Array(5).fill('ERROR')]);
    service.signal('SIGTERM');
    const { stderr, stdout } = await service.ended;
    expect(stderr).toContain('ERR_JWT_CLAIM_VALIDATION_FAILED: aud');
    for (const secret of ['hunter2', 'eyJ', good.split('.')[2]!, bad.split('.')[2]!])
      expect(stderr + stdout).not.toContain(secret);
  });
});
