// What a name must be, and what an authenticator's user must be.
import { describe, expect, it } from 'vitest';
import type { User } from '../../src/auth/authenticator.ts';
import { checkedUser, nameFault } from '../../src/auth/identity.ts';

const user = (change: Partial<User>): User => ({ name: 'kim', authenticated: true, roles: [], ...change });
const refused = expect.objectContaining({ code: 'authentication-failed' });

describe('a name', () => {
  it.each(['kim', '이순신', 'a:b\\c', 'a b', '😀', 'x'.repeat(255)])('may be %j', (name) => {
    expect(nameFault(name)).toBeUndefined();
  });

  it.each([
    ['a line feed', 'a\nuser-name:admin'],
    ['a carriage return', 'a\rb'],
    ['NUL', 'a\0'],
    ['an escape', 'a\u001b[2J'],
    ['delete', 'a\u007f'],
    ['a control of Latin 1', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a turn of direction', 'a\u202eb'],
    ['a space without width', 'ad\u200bmin'],
    ['half of a character', 'a\ud800b'],
    ['a blank at its end', 'admin '],
    ['a blank before it', '\u3000admin'],
    ['nothing', ''],
    ['only blanks', '  '],
    ['too much', 'x'.repeat(256)],
    ['a number', 7],
    ['no name', undefined],
  ])('may not hold %s', (_, name) => {
    expect(nameFault(name)).toBeTypeOf('string');
    expect(() => checkedUser(user({ name: name as string }), 0)).toThrow(refused);
  });
});

describe('a user', () => {
  it('whose credentials run out later is taken as it is', () => {
    for (const expiresAt of [1001, 1e300, Number.POSITIVE_INFINITY]) {
      const one = user({ expiresAt });
      expect(checkedUser(one, 1000)).toBe(one);
    }
  });

  it.each([1000, 0, -1, Number.NEGATIVE_INFINITY])(
    'whose credentials ran out at %d is refused',
    (expiresAt) => {
      expect(() => checkedUser(user({ expiresAt }), 1000)).toThrow(refused);
    },
  );

  it('that an authenticator made wrongly is a fault of the program', () => {
    expect(() => checkedUser(user({ expiresAt: Number.NaN }), 0)).toThrow(TypeError);
    expect(() => checkedUser(user({ expiresAt: new Date('no') as never }), 0)).toThrow(TypeError);
    expect(() => checkedUser({ name: 'kim', authenticated: true } as User, 0)).toThrow('no roles');
  });
});
