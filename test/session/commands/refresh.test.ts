// Fresh credentials within a session: accepted, refused, of somebody else; and who sees what they prove.
import { describe, expect, it } from 'vitest';
import type { Credentials, User } from '../../../src/auth/authenticator.ts';
import type { Inbound } from '../../../src/channel/inbound.ts';
import { StompwireError } from '../../../src/errors.ts';
import { handshakeWith } from '../../auth/shown.ts';
import { Visit } from '../visit.ts';

const start = 1_700_000_000_000;
/** Tokens such as `kim@60000`: a name, and when it runs out. */
function byToken(credentials: Credentials): User {
  const [name = '', after] = (credentials.token() ?? '').split('@');
  if (name === 'away') throw new StompwireError('authentication-unavailable');
  if (after === undefined) throw new StompwireError('authentication-failed', 'no such token');
  return { name, authenticated: true, roles: [`until-${after}`], expiresAt: start + Number(after) };
}

async function connected(
  authenticate: (credentials: Credentials) => User | Promise<User> = byToken,
  proves = true,
): Promise<Visit> {
  const visit = new Visit(authenticate, { proves });
  await visit.connect({ Authorization: 'Bearer kim@60000' });
  visit.frame('SUBSCRIBE', { destination: '/user/queue/errors', id: 'e' });
  return visit;
}

async function refresh(visit: Visit, headers: Record<string, string>): Promise<Visit> {
  visit.frame('SEND', { destination: '/app/$auth', receipt: 'r', ...headers });
  await visit.frames();
  return visit;
}

const told = async (visit: Visit): Promise<unknown> => JSON.parse(String((await visit.last()).body));

describe.each<[string, (credentials: Credentials) => User | Promise<User>]>([
  ['at once', byToken],
  ['later', async (credentials) => byToken(credentials)],
])('a fresh token, checked %s', (_, authenticate) => {
  it('is confirmed by the receipt, and holds from then on', async () => {
    const visit = await connected(authenticate);
    visit.pass(50_000);
    await refresh(visit, { Authorization: 'Bearer kim@120000' });
    const last = await visit.last();
    expect([last.command, last.headers.get('receipt-id')]).toEqual(['RECEIPT', 'r']);
    expect(visit.session.user?.roles).toEqual(['until-120000']);
    visit.pass(69_999);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(21);
    expect((await visit.last()).headers.get('code')).toBe('credentials-expired');
  });

  it('that runs out earlier than the old one ends the session earlier', async () => {
    const visit = await connected(authenticate);
    await refresh(visit, { Authorization: 'Bearer kim@5000' });
    visit.pass(5020);
    expect((await visit.last()).headers.get('code')).toBe('credentials-expired');
  });

  it.each<[string, Record<string, string>]>([
    ['bad', { Authorization: 'Bearer nonsense' }],
    ['of another scheme', { Authorization: 'Basic a2lt' }],
    ['past', { Authorization: 'Bearer kim@0' }],
    ['missing', {}],
  ])('that is %s is told on the error queue, and the old one holds until it runs out', async (_, headers) => {
    const visit = await connected(authenticate);
    await refresh(visit, headers);
    const last = await visit.last();
    expect(last.command).toBe('MESSAGE');
    expect(last.headers.get('receipt-id')).toBe('r');
    expect(await told(visit)).toEqual({
      code: 'refresh-failed',
      message: 'the fresh credentials were not accepted; the old ones hold until they run out',
      destination: '/app/$auth',
    });
    expect(visit.session.user?.roles).toEqual(['until-60000']);
    visit.pass(59_000);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(1020);
    expect((await visit.last()).headers.get('code')).toBe('credentials-expired');
  });

  it('that cannot be checked now is told so, and the session lives', async () => {
    const visit = await connected(authenticate);
    await refresh(visit, { Authorization: 'Bearer away@1' });
    expect(await told(visit)).toMatchObject({ code: 'refresh-unavailable' });
    expect(visit.connection.closes).toEqual([]);
  });

  it('of another user is an ERROR that ends the session', async () => {
    const visit = await connected(authenticate);
    await refresh(visit, { Authorization: 'Bearer admin@120000' });
    const last = await visit.last();
    expect([last.command, last.headers.get('code')]).toEqual(['ERROR', 'user-changed']);
    expect(visit.connection.closes).toMatchObject([{ code: 1008 }]);
    expect(visit.session.user?.name).toBe('kim');
  });
});

describe('a session', () => {
  it('that ends while its fresh token is checked stays ended', async () => {
    let answer = (_user: User): void => {};
    const visit = await connected((credentials) =>
      credentials.handshake === undefined && credentials.token() === 'kim@60000'
        ? byToken(credentials)
        : new Promise((resolve) => (answer = resolve)),
    );
    visit.frame('SEND', { destination: '/app/$auth', receipt: 'r', Authorization: 'Bearer kim@120000' });
    visit.pass(60_020);
    answer({ name: 'kim', authenticated: true, roles: [], expiresAt: start + 120_000 });
    await visit.frames();
    expect((await visit.last()).command).toBe('ERROR');
    expect(visit.session.user?.roles).toEqual(['until-60000']);
  });

  it('of a server that proves nothing is told that there is nothing to prove', async () => {
    const visit = await connected(byToken, false);
    await refresh(visit, { Authorization: 'Bearer admin@120000' });
    expect(await told(visit)).toMatchObject({ code: 'refresh-failed' });
    expect(visit.session.user?.name).toBe('kim');
  });

  it('shows its handshake once: afterwards it is forgotten', async () => {
    const seen: unknown[] = [];
    const handshake = handshakeWith({ origin: 'https://chat.example', cookie: 'token=kim@60000' });
    const visit = new Visit(
      (credentials) => {
        seen.push(credentials.handshake);
        return byToken(credentials);
      },
      { handshake },
    );
    await visit.connect();
    expect(visit.session.handshake).toBeUndefined();
    await refresh(visit, {});
    expect(seen).toEqual([handshake, undefined]);
    expect(visit.session.user?.roles).toEqual(['until-60000']);
  });
});

describe('an interceptor', () => {
  it('sees both frames, and nothing of what they prove', async () => {
    const seen: Inbound[] = [];
    const visit = new Visit(byToken);
    visit.inbound.use((inbound, next) => {
      seen.push(inbound);
      return next();
    });
    const proof = { Authorization: 'Bearer kim@60000', passcode: 'hunter2', 'X-CSRF-TOKEN': 'hunter2' };
    await visit.connect({ ...proof, login: 'kim', cookie: 'hunter2', ' Passcode ': 'hunter2', tenant: 'a' });
    await refresh(visit, proof);
    expect(seen.map(({ command, destination }) => [command, destination])).toEqual([
      ['CONNECT', ''],
      ['SEND', '/app/$auth'],
    ]);
    const text = JSON.stringify(seen.map(({ headers }) => headers.pairs));
    expect(text).not.toMatch(/hunter2|kim@/);
    expect(seen[0]!.headers.toObject()).toMatchObject({ login: 'kim', tenant: 'a' });
  });

  it('may refuse fresh credentials before they are looked at', async () => {
    let looked = 0;
    const visit = await connected((credentials) => {
      looked++;
      return byToken(credentials);
    });
    visit.inbound.use(() => {
      throw new StompwireError('denied', 'not so often');
    });
    await refresh(visit, { Authorization: 'Bearer kim@120000' });
    expect((await visit.last()).headers.get('message')).toBe('not so often');
    expect(looked).toBe(1);
  });
});
