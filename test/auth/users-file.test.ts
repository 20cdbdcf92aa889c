// Users out of a file: who gets in, who does not, and that the refusals cannot be told apart.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator, User } from '../../src/auth/authenticator.ts';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { reasonOf } from '../../src/auth/refusal.ts';
import { usersFile } from '../../src/auth/users-file.ts';
import { parseUsers } from '../../src/auth/users-text.ts';
import { StompwireError } from '../../src/errors.ts';
import { Clock, Folder, Log } from './folder.ts';
import { shown } from './shown.ts';

const cheap = { logN: 4, r: 1, p: 1 };
const kim = { name: 'kim', password: await hashPassword('correct horse', cheap), roles: ['admin'] };
const lee = { name: '이순신', password: await hashPassword('거북선 열두 척', cheap) };
const textOf = (...users: object[]): string => JSON.stringify({ users });

let folder: Folder;
let clock: Clock;
let log: Log;
let users: Authenticator;

beforeEach(async () => {
  folder = new Folder();
  clock = new Clock();
  log = new Log();
  users = authenticatorOf(textOf(kim, lee));
  await users.start!();
});
afterEach(() => folder.remove());

function authenticatorOf(
  text: string,
  checks = { passwordChecks: 2, passwordChecksWaiting: 10 },
): Authenticator {
  return usersFile({ usersFile: folder.file('users.json', text), ...checks }, log, clock.read);
}

async function login(name: string, passcode: string): Promise<User> {
  return users.authenticate(shown({ login: name, passcode }));
}

async function refusedWith(headers: Record<string, string>): Promise<string> {
  const error: unknown = await Promise.resolve(users.authenticate(shown(headers))).catch(
    (one: unknown) => one,
  );
  expect(error).toMatchObject({
    code: 'authentication-failed',
    message: 'the credentials were not accepted',
  });
  return reasonOf(error as StompwireError);
}

describe('who is in the file', () => {
  it('gets in with the password, under the name and the roles of the entry', async () => {
    expect(users.proves).toBe(true);
    expect(await login('kim', 'correct horse')).toEqual({
      name: 'kim',
      authenticated: true,
      roles: ['admin'],
    });
    expect(await login('이순신', '거북선 열두 척')).toMatchObject({ name: '이순신', roles: [] });
  });

  it('is another one after the file has changed', async () => {
    folder.file('users.json', textOf({ ...kim, password: lee.password }, { ...lee, name: 'new' }));
    clock.now += 1000;
    expect(await login('new', '거북선 열두 척')).toMatchObject({ name: 'new' });
    expect(await refusedWith({ login: 'kim', passcode: 'correct horse' })).toContain('wrong passcode');
    expect(await refusedWith({ login: '이순신', passcode: '거북선 열두 척' })).toBe('unknown user');
  });

  it('still gets in while a changed file is broken', async () => {
    folder.file('users.json', '{"users": [');
    clock.now += 1000;
    expect(await login('kim', 'correct horse')).toMatchObject({ name: 'kim' });
    expect(log.lines).toHaveLength(1);
  });
});

describe('who does not get in', () => {
  it.each<[string, Record<string, string>, string]>([
    ['with a wrong passcode', { login: 'kim', passcode: 'wrong' }, 'wrong passcode for kim'],
    ["with another user's passcode", { login: 'kim', passcode: '거북선 열두 척' }, 'wrong passcode for kim'],
    ['under an unknown name', { login: 'eve', passcode: 'correct horse' }, 'unknown user'],
    ['under a name in other case', { login: 'Kim', passcode: 'correct horse' }, 'unknown user'],
    ['under a name that every object has', { login: '__proto__', passcode: 'x' }, 'unknown user'],
    ['without a passcode', { login: 'kim' }, 'no login, or no passcode'],
    ['with an empty passcode', { login: 'kim', passcode: '' }, 'no login, or no passcode'],
    ['without a login', { passcode: 'correct horse' }, 'no login, or no passcode'],
    [
      'with a forged user-name',
      { 'user-name': 'kim', passcode: 'correct horse' },
      'no login, or no passcode',
    ],
    ['with a token', { Authorization: 'Bearer abc' }, 'no login, or no passcode'],
  ])('is told the same %s; the log knows why', async (_, headers, reason) => {
    expect(await refusedWith(headers)).toBe(reason);
  });

  it('costs an unknown name the check of a known one', async () => {
    users = authenticatorOf(textOf(kim), { passwordChecks: 1, passwordChecksWaiting: 0 });
    await users.start!();
    const first = refusedWith({ login: 'nobody', passcode: 'x' });
    const second = users.authenticate(shown({ login: 'kim', passcode: 'correct horse' }));
    await expect(second).rejects.toThrow(expect.objectContaining({ code: 'authentication-unavailable' }));
    expect(await first).toBe('unknown user');
  });
});

describe('at most so many checks', () => {
  it('run and wait, whoever comes on top is told to come back', async () => {
    users = authenticatorOf(textOf(kim), { passwordChecks: 1, passwordChecksWaiting: 1 });
    await users.start!();
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => login('kim', 'correct horse')));
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });
});

describe('a passcode that was right', () => {
  /** Whether it is checked: nothing may wait, so that a second check at that moment is refused. */
  const isChecked = async (): Promise<boolean> => {
    const other = login('nobody', 'x').catch(() => {});
    const found = await login('kim', 'correct horse').catch((error: unknown) => error);
    await other;
    return found instanceof StompwireError;
  };
  beforeEach(async () => {
    users = authenticatorOf(textOf(kim, lee), { passwordChecks: 1, passwordChecksWaiting: 0 });
    await users.start!();
  });

  it('is not checked anew for five minutes; then it is', async () => {
    expect(await isChecked()).toBe(true);
    const first = await login('kim', 'correct horse');
    clock.now += 5 * 60_000 - 1;
    expect(await isChecked()).toBe(false);
    expect(await login('kim', 'correct horse')).toEqual(first);
    clock.now += 1;
    expect(await isChecked()).toBe(true);
    await login('kim', 'correct horse');
    clock.now -= 2; // a clock that was set back proves nothing
    expect(await isChecked()).toBe(true);
  });

  it('is refused as soon as another one is in the file, and so is who is no more in it', async () => {
    await login('kim', 'correct horse');
    await login('이순신', '거북선 열두 척');
    folder.file('users.json', textOf({ ...kim, password: lee.password }));
    clock.now += 1000;
    expect(await refusedWith({ login: 'kim', passcode: 'correct horse' })).toContain('wrong passcode');
    expect(await refusedWith({ login: '이순신', passcode: '거북선 열두 척' })).toBe('unknown user');
    expect(await login('kim', '거북선 열두 척')).toMatchObject({ roles: ['admin'] });
  });

  it('has the roles of the file as it is now', async () => {
    await login('kim', 'correct horse');
    folder.file('users.json', textOf({ ...kim, roles: ['guest'] }));
    clock.now += 1000;
    expect(await login('kim', 'correct horse')).toMatchObject({ roles: ['guest'] });
  });

  it('makes no other one right, and for nobody else', async () => {
    await login('kim', 'correct horse');
    for (const passcode of ['correct hors', 'correct horse ', 'Correct horse'])
      expect(await refusedWith({ login: 'kim', passcode })).toContain('wrong passcode');
    expect(await refusedWith({ login: '이순신', passcode: 'correct horse' })).toContain('wrong passcode');
    expect(await refusedWith({ login: 'kim', passcode: 'correct hors' })).toContain('wrong passcode');
  });
});

describe('a users file', () => {
  it.each<[string, string, string]>([
    ['that is no JSON', '{"users": "hunter2"', 'is not JSON'],
    ['without users', '{}', "holds at the top what must have required property 'users'"],
    ['with nobody in it', '{"users": []}', 'holds at users what must NOT have fewer than 1 items'],
    [
      'with a password that is not hashed',
      textOf({ name: 'a', password: 'hunter2' }),
      'users/0 a password that is no',
    ],
    [
      'without a password',
      textOf({ name: 'a' }),
      "holds at users/0 what must have required property 'password'",
    ],
    [
      'with an unknown key',
      textOf({ ...kim, passcode: 'hunter2' }),
      'holds at users/0 what has an unknown key',
    ],
    ['with one name twice', textOf(kim, kim), 'holds the user kim twice'],
    [
      'with a control character in a name',
      textOf({ ...kim, name: 'a\u0000' }),
      'a name that holds a control',
    ],
    ['with an empty name', textOf({ ...kim, name: '' }), 'holds at users/0 a name that is empty'],
    [
      'with roles that are no texts',
      textOf({ ...kim, roles: [1] }),
      'holds at users/0/roles/0 what must be string',
    ],
  ])('%s stops the start, told without any password', async (_, text, told) => {
    expect(() => parseUsers(text)).toThrow(told);
    expect(() => parseUsers(text)).not.toThrow('hunter2');
    const failure: unknown = await authenticatorOf(text).start!().catch((one: unknown) => one);
    expect(failure).toBeInstanceOf(StompwireError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^usersFile \(--users-file\): .*users\.json/),
    });
  });
});
