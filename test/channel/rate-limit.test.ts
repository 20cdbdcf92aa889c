// How often clients may SEND: whose messages are counted together, and what the refused hear.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type ClientCommand, Headers } from '../../frames/index.ts';
import type { Inbound, SessionView } from '../../src/channel/inbound.ts';
import { type RateLimitOptions, rateLimit } from '../../src/channel/rate-limit.ts';
import { StompwireError } from '../../src/errors.ts';

const time = { now: 1000 };

function client(id: string, name: string, authenticated = true, address = '10.0.0.1'): SessionView {
  const view: Partial<SessionView> = {
    id,
    user: { name, authenticated, roles: [] },
    peer: { transport: 'tcp', address, secure: false },
    get now() {
      return time.now;
    },
  };
  return view as SessionView;
}

function limited(per: RateLimitOptions['per']) {
  const interceptor = rateLimit({ per, sends: 10, within: 1000, burst: 2 });
  const send = (session: SessionView, command: ClientCommand = 'SEND'): 'passed' | StompwireError => {
    const inbound: Inbound = {
      command,
      destination: '',
      headers: new Headers(),
      body: Buffer.alloc(0),
      session,
    };
    let passed = false;
    try {
      void interceptor(inbound, () => void (passed = true));
    } catch (error) {
      if (error instanceof StompwireError) return error;
    }
    expect(passed).toBe(true);
    return 'passed';
  };
  return { send };
}

describe('a limit', () => {
  it('refuses what is too much, says when to come back, and lets it pass then', () => {
    const { send } = limited('session');
    const ann = client('1', 'ann');
    expect([send(ann), send(ann)]).toEqual(['passed', 'passed']);
    const refused = send(ann) as StompwireError;
    expect(refused).toMatchObject({ code: 'rate-limited', retryAfter: 100 });
    expect(refused.rule.close).toBeNull();
    expect(refused.message).toBe('more than 10 messages in 1000 ms; try again in 100 ms');
    time.now += 100;
    expect(send(ann)).toBe('passed');
  });

  it('is for SENDs alone', () => {
    const { send } = limited('session');
    for (let i = 0; i < 5; i++)
      for (const command of ['SUBSCRIBE', 'UNSUBSCRIBE', 'DISCONNECT'] as const)
        expect(send(client('1', 'ann'), command)).toBe('passed');
  });

  it.each([
    ['session', [true, true, true]],
    ['user', [false, true, true]],
    ['address', [false, false, true]],
  ] as const)('per %s counts together what belongs together', (per, [sameUser, sameHouse, stranger]) => {
    const { send } = limited(per);
    for (let i = 0; i < 2; i++) send(client('1', 'ann'));
    const passes = (session: SessionView): boolean => send(session) === 'passed';
    expect(passes(client('2', 'ann'))).toBe(sameUser);
    expect(passes(client('3', 'bob'))).toBe(sameHouse);
    expect(passes(client('4', 'ann', false, '10.0.0.2'))).toBe(stranger);
  });

  it('per user takes nobody for a user who only says so', () => {
    const { send } = limited('user');
    for (let i = 0; i < 3; i++) send(client('1', 'ann', false));
    expect(send(client('2', 'ann'))).toBe('passed');
    expect(send(client('3', 'ann', false))).toBe('passed');
  });

  it.each([
    [{ sends: 0, within: 1000 }],
    [{ sends: 1, within: -1 }],
    [{ sends: 1, within: 1000, burst: 0 }],
    [{ sends: Number.NaN, within: 1 }],
  ])('of %j is refused when it is made', (numbers) => {
    expect(() => rateLimit({ per: 'user', ...numbers })).toThrow(TypeError);
  });
});
