// RabbitMQ's usual user: who comes in as guest, and from where.
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/auth/authenticator.ts';
import { guest } from '../../src/auth/guest.ts';

const from = (address: string, login?: string, passcode?: string): Credentials => ({
  login,
  passcode,
  header: () => undefined,
  token: () => undefined,
  cookie: () => undefined,
  handshake: undefined,
  peer: { transport: 'tcp', address, secure: false },
});

describe('guest', () => {
  it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])('comes in from %s', (address) => {
    const known = { name: 'guest', authenticated: true, roles: [] };
    expect(guest().authenticate(from(address, 'guest', 'guest'))).toEqual(known);
    expect(guest().authenticate(from(address))).toEqual(known);
  });

  it.each(['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', 'localhost', ''])('does not from %j', (address) => {
    expect(() => guest().authenticate(from(address, 'guest', 'guest'))).toThrow(
      expect.objectContaining({ code: 'authentication-failed' }),
    );
  });

  it.each([
    ['guest', 'other'],
    ['guest', ''],
    ['ann', 'guest'],
    ['', 'guest'],
  ])('is nobody who says %j and %j', (login, passcode) => {
    expect(() => guest().authenticate(from('127.0.0.1', login, passcode))).toThrow(
      expect.objectContaining({ code: 'authentication-failed' }),
    );
  });
});
