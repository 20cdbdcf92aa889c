// Letting everybody in: the name that is given, a guest's name, and names that nobody may have.
import { describe, expect, it } from 'vitest';
import { anonymous } from '../../src/auth/anonymous.ts';
import type { Credentials, User } from '../../src/auth/authenticator.ts';

function userOf(login: string | undefined, authenticator = anonymous(() => 'guest-x')): User {
  const credentials: Partial<Credentials> = { login, passcode: undefined, header: () => undefined };
  return authenticator.authenticate(credentials as Credentials) as User;
}

describe('an anonymous server', () => {
  it('takes the login as a name, and proves nothing', () => {
    expect(userOf('  Ann ')).toMatchObject({ name: 'Ann', authenticated: false });
    expect(anonymous().proves).toBe(false);
  });

  it('makes a name for a guest who gives none', () => {
    expect(userOf(undefined).name).toBe('guest-x');
    expect(userOf('  ').name).toBe('guest-x');
    const [one, other] = [userOf('', anonymous()), userOf('', anonymous())];
    expect(one.name).toMatch(/^guest-[\w-]{6}$/);
    expect(one.name).not.toBe(other.name);
  });

  it('lets nobody in whose name holds a control character or is too long', () => {
    const refused = expect.objectContaining({ code: 'authentication-failed' });
    for (const name of ['a\nb', 'a\0b', 'a\x1bb', 'a\u202eb', 'a\u2028b'])
      expect(() => userOf(name)).toThrow(refused);
    expect(userOf('a'.repeat(64)).name).toHaveLength(64);
    expect(() => userOf('a'.repeat(65))).toThrow(refused);
  });
});
