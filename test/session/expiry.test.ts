// Credentials that run out end their session at its time, by the calendar; a session that is idle too long ends.
import { describe, expect, it } from 'vitest';
import type { User } from '../../src/auth/authenticator.ts';
import { StompwireError } from '../../src/errors.ts';
import { Visit } from './visit.ts';

const start = 1_700_000_000_000;
const year = 365 * 86_400_000;
const user = (expiresAt?: number): User => ({
  name: 'kim',
  authenticated: true,
  roles: [],
  ...(expiresAt !== undefined && { expiresAt }),
});

const codeOf = async (visit: Visit): Promise<string | undefined> => (await visit.last()).headers.get('code');

describe('credentials', () => {
  it('that run out end the session with a reason, not before and not much later', async () => {
    const visit = new Visit(() => user(start + 60_000));
    await visit.connect();
    visit.pass(59_999);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(21);
    expect(await codeOf(visit)).toBe('credentials-expired');
    expect(visit.connection.closes).toEqual([
      { code: 1008, reason: 'the credentials have run out: connect again with fresh ones' },
    ]);
  });

  it('may run out after longer than a timer can wait', async () => {
    const visit = new Visit(() => user(start + 3 * year));
    await visit.connect();
    visit.pass(3 * year - 1);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(21);
    expect(await codeOf(visit)).toBe('credentials-expired');
  });

  it.each([undefined, Number.POSITIVE_INFINITY, 1e300])(
    'that run out at %s hold for ever',
    async (expiresAt) => {
      const visit = new Visit(() => user(expiresAt));
      await visit.connect();
      visit.pass(100 * year);
      expect(visit.connection.closes).toEqual([]);
    },
  );

  it('run out by the calendar when that was set on, within a minute', async () => {
    const visit = new Visit(() => user(start + year));
    await visit.connect();
    visit.pass(20_000); // the wheel has woken the session for its connectTimeout, and not for this
    visit.wall += year;
    visit.tick(60_020);
    expect(await codeOf(visit)).toBe('credentials-expired');
  });

  it('still hold when the calendar was set back', async () => {
    const visit = new Visit(() => user(start + 60_000));
    await visit.connect();
    visit.wall -= 60_000;
    visit.pass(61_000);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(60_000);
    expect(await codeOf(visit)).toBe('credentials-expired');
  });

  it('that ran out before they were shown open nothing', async () => {
    const visit = new Visit(() => user(start));
    await visit.connect();
    expect(await codeOf(visit)).toBe('authentication-failed');
  });
});

describe('a session without end of its credentials', () => {
  it('waits for nothing on the wheel once it is connected', async () => {
    const visit = new Visit(() => user());
    await visit.connect();
    visit.pass(20_000);
    expect(visit.session.later).toBeUndefined();
    expect(visit.session.lastFrame).toBe(0);
  });
});

describe('idleTimeout', () => {
  const idle = (authenticate: () => User | Promise<User> = () => user()): Visit =>
    new Visit(authenticate, { options: { idleTimeout: 1000 } });

  it('ends who sends nothing but heart-beats', async () => {
    const visit = idle();
    await visit.connect();
    for (let i = 0; i < 3; i++) {
      visit.pass(300);
      visit.heartBeat();
    }
    expect(visit.connection.closes).toEqual([]);
    visit.pass(120);
    expect(await codeOf(visit)).toBe('idle-timeout');
    expect(visit.connection.closes).toEqual([
      { code: 1008, reason: 'no frame came but heart-beats for idleTimeout=1000 ms' },
    ]);
  });

  it('begins anew with every frame', async () => {
    const visit = idle();
    await visit.connect();
    for (let i = 0; i < 5; i++) {
      visit.pass(900);
      visit.frame('SEND', { destination: '/topic/a' });
    }
    expect(visit.connection.closes).toEqual([]);
    visit.pass(1020);
    expect(await codeOf(visit)).toBe('idle-timeout');
  });

  it('does not count while a handler works, and begins anew when it is done', async () => {
    const visit = idle();
    let done = (): void => {};
    visit.app.message('/slow', {}, () => new Promise<void>((resolve) => (done = resolve)));
    await visit.connect();
    visit.frame('SEND', { destination: '/app/slow' });
    visit.pass(5000);
    expect(visit.connection.closes).toEqual([]);
    done();
    await visit.frames();
    visit.pass(900);
    expect(visit.connection.closes).toEqual([]);
    visit.pass(120);
    expect(await codeOf(visit)).toBe('idle-timeout');
  });

  it('counts from a CONNECT that took its time', async () => {
    const visit = idle(async () => user());
    await visit.connect();
    await visit.frames();
    visit.pass(1020);
    expect(await codeOf(visit)).toBe('idle-timeout');
  });
});

describe('an authenticator that fails', () => {
  it('by its own fault is told as a fault of the server, without its inside', async () => {
    const visit = new Visit(() => {
      throw new Error('table users has no column hunter2');
    });
    await visit.connect();
    const error = await visit.last();
    expect(error.headers.get('code')).toBe('internal');
    expect(String(error.body)).not.toContain('hunter2');
  });

  it('with a code of its own is told so', async () => {
    const visit = new Visit(async () => {
      throw new StompwireError('denied', 'the service is closed on Sundays');
    });
    await visit.connect();
    expect((await visit.last()).headers.get('message')).toBe('the service is closed on Sundays');
  });

  it('gives every bad credential one answer; the log has the reason', async () => {
    for (const reason of ['no such user', 'wrong password']) {
      const visit = new Visit(() => {
        throw new StompwireError('authentication-failed', reason);
      });
      await visit.connect({ login: 'kim', passcode: 'hunter2' });
      const error = await visit.last();
      expect(error.headers.get('message')).toBe('the credentials were not accepted');
      expect(String(error.body)).not.toContain(reason);
      expect(visit.log.lines.join('\n')).toContain(reason);
      expect(visit.log.lines.join('\n')).not.toContain('hunter2');
    }
  });

  it('to tell anything now is told to come back', async () => {
    const visit = new Visit(async () => {
      throw new StompwireError('authentication-unavailable', 'the directory at ldap://inside is away');
    });
    await visit.connect();
    await visit.frames();
    expect(visit.connection.closes).toMatchObject([{ code: 1013 }]);
    expect(String(visit.connection.sent)).not.toContain('ldap');
  });

  it('may answer with any thenable', async () => {
    // biome-ignore lint/suspicious/noThenProperty: some libraries answer with promises of their own
    const thenable = { then: (resolve: (one: User) => void) => resolve(user()) };
    const visit = new Visit(() => thenable as Promise<User>);
    await visit.connect();
    await visit.frames();
    expect((await visit.last()).headers.get('user-name')).toBe('kim');
  });
});
