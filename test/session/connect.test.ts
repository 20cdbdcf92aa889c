// CONNECT: what is agreed, who is let in, and what is refused, with an ERROR and a close each time.
import { describe, expect, it } from 'vitest';
import type { Authenticator, Credentials, User } from '../../src/auth/authenticator.ts';
import { StompwireError } from '../../src/errors.ts';
import { Gate } from '../broker/gate.ts';
import { World } from './world.ts';

const connectWith = async (headers: Record<string, string>, world = new World(), command = 'CONNECT') => {
  const client = world.client().say(command, headers);
  return { client, frames: await client.heard() };
};

describe('CONNECTED', () => {
  it("carries the version, the server's own heart-beats, the session, the server and the user", async () => {
    const { client, frames } = await connectWith({ 'accept-version': '1.1,1.2', login: 'Ann' });
    expect(frames).toEqual([
      {
        command: 'CONNECTED',
        headers: {
          version: '1.2',
          'heart-beat': '10000,10000',
          session: client.session.id,
          server: 'stompwire/test',
          'user-name': 'Ann',
          'client-token': expect.stringMatching(/^[\w-]{22}$/),
        },
        body: '',
      },
    ]);
    expect(client.connection.closes).toEqual([]);
  });

  it.each([
    [{ 'accept-version': '1.0,1.1,1.2' }, '1.2'],
    [{ 'accept-version': '1.1,1.0' }, '1.1'],
    [{ 'accept-version': '1.0,3.0' }, '1.0'],
    [{}, '1.0'],
  ])('answers %j with version %s', async (headers, version) => {
    const { frames } = await connectWith(headers as Record<string, string>);
    expect(frames[0]!.headers.version).toBe(version);
  });

  it('answers STOMP as it answers CONNECT', async () => {
    const { frames } = await connectWith({ 'accept-version': '1.2' }, new World(), 'STOMP');
    expect(frames.map(({ command }) => command)).toEqual(['CONNECTED']);
  });

  it('is not escaped: a client does not know the version yet', async () => {
    const { client } = await connectWith({ 'accept-version': '1.2', login: 'a:b\\c' });
    expect(client.connection.sent.toString()).toContain('\nuser-name:a:b\\c\n');
  });

  it('is not escaped in place of an ERROR either: a client unescapes from CONNECTED on', async () => {
    const world = new World({ virtualHosts: ['chat.example'] });
    const { client } = await connectWith({ 'accept-version': '1.2', host: 'a:b' }, world);
    expect(client.connection.sent.toString()).toContain("\nmessage:host 'a:b' is not served here");
  });

  it('is not followed by a RECEIPT, which no version has for it', async () => {
    const { frames } = await connectWith({ 'accept-version': '1.2', receipt: 'r' });
    expect(frames.map(({ command }) => command)).toEqual(['CONNECTED']);
  });

  it('comes before the answers to what came in the same read', async () => {
    const client = new World().client();
    client.sayRaw(
      'CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:a\\cb\ndestination:/topic/a\nreceipt:r\\c1\n\n\0',
    );
    const [connected, receipt] = await client.heard();
    expect([connected!.command, receipt!.headers['receipt-id']]).toEqual(['CONNECTED', 'r:1']);
  });
});

describe('a CONNECT that is refused', () => {
  it.each([
    ['a version that nobody speaks', { 'accept-version': '2.0' }, 'version-mismatch', 1002],
    ['heart-beats that are no numbers', { 'heart-beat': 'a,b' }, 'bad-heart-beat', 1002],
    ['a name that nobody may have', { login: 'a\x1bb' }, 'authentication-failed', 1008],
  ])('for %s is told why and closed', async (_, headers, code, close) => {
    const { client, frames } = await connectWith(headers as Record<string, string>);
    expect(frames).toMatchObject([{ command: 'ERROR', headers: { code } }]);
    expect(client.connection.closes).toMatchObject([{ code: close }]);
  });

  it('over its version hears which ones there are', async () => {
    const { frames } = await connectWith({ 'accept-version': '2.0' });
    expect(frames[0]!.headers.version).toBe('1.2,1.1,1.0');
  });

  it.each(['CONNECT', 'STOMP'])(
    'by a rule ends the session as %s, even where a denial keeps others alive',
    async (command) => {
      const world = new World({ denial: 'keep' });
      world.inbound.use(() => {
        throw new StompwireError('denied', 'not today');
      });
      const client = world.client().say(command, { 'accept-version': '1.2', receipt: 'r' });
      expect(await client.ended()).toMatchObject({
        code: 'denied',
        close: 1008,
        frame: { headers: { message: 'not today', 'receipt-id': 'r' } },
      });
    },
  );

  it.each(['relay-unavailable', 'handler-failed'] as const)(
    'with %s, which would not end a connected session, ends this one: there is no other answer',
    async (code) => {
      const world = new World();
      world.inbound.use(() => Promise.reject(new StompwireError(code)));
      const client = world.client().say('CONNECT', { 'accept-version': '1.2' });
      expect(await client.ended()).toMatchObject({ code, close: 1011 });
    },
  );

  it('by an error that nobody meant tells nothing of it', async () => {
    const world = new World();
    world.inbound.use(() => {
      throw new Error('secret inside');
    });
    const client = world.client().say('CONNECT', { 'accept-version': '1.2' });
    const { code, close, frame } = await client.ended();
    expect({ code, close }).toEqual({ code: 'internal', close: 1011 });
    expect(JSON.stringify(frame)).not.toContain('secret');
    expect(JSON.stringify(world.logged)).toContain('session');
  });
});

describe('virtual hosts', () => {
  const world = (): World => new World({ virtualHosts: ['chat.example', 'other.example'] });

  it('are any, or none, unless they are configured', async () => {
    for (const headers of [{}, { host: 'anything' }]) {
      const { frames } = await connectWith(headers as Record<string, string>);
      expect(frames.map(({ command }) => command)).toEqual(['CONNECTED']);
    }
  });

  it('are those that are configured, and no other', async () => {
    const known = await connectWith({ host: 'other.example' }, world());
    expect(known.frames.map(({ command }) => command)).toEqual(['CONNECTED']);
    for (const [headers, reason] of [
      [{ host: 'stranger' }, "host 'stranger' is not served here"],
      [{}, 'no host is not served here'],
    ] as const) {
      const { client } = await connectWith(headers as Record<string, string>, world());
      expect(client.connection.closes[0]).toMatchObject({ code: 1008 });
      expect(client.connection.closes[0]!.reason).toContain(reason);
    }
  });
});

describe('an authenticator', () => {
  const user: User = { name: 'Ann', authenticated: true, roles: [] };
  const slow = (): { authenticator: Authenticator; gate: Gate<User>; shown: Credentials[] } => {
    const gate = new Gate<User>();
    const shown: Credentials[] = [];
    const authenticate = (credentials: Credentials): Promise<User> => {
      shown.push(credentials);
      return gate.opened;
    };
    return { authenticator: { proves: true, authenticate }, gate, shown };
  };

  it('sees what the client shows, the first of repeated headers', async () => {
    const { authenticator, gate, shown } = slow();
    const handshake = { path: '/ws', query: '?a', headers: { cookie: 'c' } };
    const client = new World({ authenticator }).client(undefined, handshake);
    client.sayRaw('CONNECT\nlogin:Ann\npasscode:one\npasscode:two\nown:x\n\n\0');
    gate.resolve(user);
    await client.hears('CONNECTED');
    expect(shown[0]).toMatchObject({ login: 'Ann', passcode: 'one', peer: client.connection.peer });
    expect(shown[0]!.header('own')).toBe('x');
    expect(shown[0]!.handshake).toBe(handshake);
    expect(client.session.handshake).toBeUndefined();
  });

  it('that takes its time holds up what comes behind, in its order', async () => {
    const { authenticator, gate } = slow();
    const client = new World({ authenticator }).client();
    client.say('CONNECT', { 'accept-version': '1.2' });
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/a', receipt: 'r' });
    expect(await client.heard()).toEqual([]);
    gate.resolve(user);
    expect((await client.heard()).map(({ command }) => command)).toEqual(['CONNECTED', 'RECEIPT']);
  });

  it('that says no ends the session', async () => {
    const { authenticator, gate } = slow();
    const client = new World({ authenticator }).client().say('CONNECT', {});
    gate.reject(new StompwireError('authentication-failed', 'wrong'));
    expect(await client.ended()).toMatchObject({ code: 'authentication-failed', close: 1008 });
  });

  it('that is slower than its client has patience, or than the time-out, is not heard any more', async () => {
    const { authenticator, gate } = slow();
    const world = new World({ authenticator });
    const [gone, late] = [world.client().say('CONNECT', {}), world.client().say('CONNECT', {})];
    gone.connection.end(1001);
    world.pass(11_000);
    expect(late.connection.closes).toMatchObject([{ code: 1002 }]);
    gate.resolve(user);
    await world.settled();
    expect(gone.connection.sent.length).toBe(0);
    expect((await late.heard()).map(({ command }) => command)).toEqual(['ERROR']);
    expect(gone.session.state).toBe('closed');
  });
});

describe('interceptors', () => {
  it('see the user at CONNECT, and no credentials', async () => {
    const world = new World();
    const seen: unknown[] = [];
    world.inbound.use(({ command, session, headers }, next) => {
      seen.push([command, session.user?.name, headers.get('passcode'), headers.get('own')]);
      return next();
    });
    await world.connected({ login: 'Ann', passcode: 'secret', own: 'x' });
    expect(seen).toEqual([['CONNECT', 'Ann', undefined, 'x']]);
  });
});
