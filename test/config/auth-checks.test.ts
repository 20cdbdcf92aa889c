// The options of authentication among themselves: what each way takes, what it needs, what would be ignored.
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, resolveConfig } from '../../src/config/config.ts';

const jwtSecret = 'hunter2 in a secret of 32 bytes or more';

function problemsOf(options: Partial<Config>): readonly string[] {
  try {
    resolveConfig(options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('well chosen options', () => {
  it.each<[string, Partial<Config>]>([
    ['users', { auth: 'users', usersFile: 'users.json' }],
    ['a secret', { auth: 'jwt', jwtSecret }],
    ['a secret in base64', { auth: 'jwt', jwtSecret: `base64:${'A'.repeat(43)}=` }],
    ['a secret in base64url', { auth: 'jwt', jwtSecret: `base64:${'_-'.repeat(22)}` }],
    ['its algorithm', { auth: 'jwt', jwtSecret, jwtAlgorithms: ['HS256'] }],
    ['a key file', { auth: 'jwt', jwtKeys: './keys.pem' }],
    ['an address of keys', { auth: 'jwt', jwtKeys: 'https://login.example/.well-known/jwks.json' }],
    ['an address on this machine', { auth: 'jwt', jwtKeys: 'http://127.0.0.1:8081/jwks' }],
    ['an address on this machine, IPv6', { auth: 'jwt', jwtKeys: 'http://[::1]:8081/jwks' }],
    ['its algorithms', { auth: 'jwt', jwtKeys: 'k', jwtAlgorithms: ['RS256', 'ES256', 'EdDSA'] }],
    [
      'all of it',
      { auth: 'jwt', jwtKeys: 'k', jwtIssuer: 'i', jwtAudiences: ['a', 'b'], authCookie: 'token' },
    ],
    ['places for an authenticator of your own', { authCookie: 'sid', csrfCookie: 'XSRF-TOKEN' }],
  ])('%s', (_, options) => {
    expect(problemsOf(options)).toEqual([]);
  });
});

describe('options that clash', () => {
  it.each<[string, Partial<Config>, string]>([
    [
      'users without a file',
      { auth: 'users' },
      'auth from the options: "users" needs --users-file; stompwire hash-password makes its entries',
    ],
    [
      'jwt without a key',
      { auth: 'jwt' },
      'auth from the options: "jwt" needs a key; give --jwt-keys, or jwtSecret by STOMPWIRE_JWT_SECRET',
    ],
    [
      'jwt with two keys',
      { auth: 'jwt', jwtKeys: 'k', jwtSecret },
      'jwtSecret from the options and jwtKeys from the options are both given; give the one that tokens are signed with',
    ],
    [
      'an algorithm of secrets for public keys',
      { auth: 'jwt', jwtKeys: 'k', jwtAlgorithms: ['RS256', 'HS256'] },
      'jwtAlgorithms from the options: HS256 cannot be used with jwtKeys; give others, or leave it out',
    ],
    [
      'an algorithm of public keys for a secret',
      { auth: 'jwt', jwtSecret, jwtAlgorithms: ['ES256'] },
      'jwtAlgorithms from the options: ES256 cannot be used with jwtSecret; give others, or leave it out',
    ],
    [
      'a key and no auth, which would let everybody in',
      { jwtKeys: 'k' },
      'jwtKeys from the options has no effect with auth "anonymous"; give --auth jwt, or leave it out',
    ],
    [
      'a users file and no auth',
      { usersFile: 'u' },
      'usersFile from the options has no effect with auth "anonymous"; give --auth users, or leave it out',
    ],
    [
      'a place for tokens with users',
      { auth: 'users', usersFile: 'u', authQuery: 'token' },
      'authQuery from the options has no effect with auth "users", whose passwords stand in CONNECT; leave it out',
    ],
    [
      'a cookie for every page',
      { auth: 'jwt', jwtKeys: 'k', authCookie: 'token', origins: ['*'] },
      'authCookie from the options lets every page act for its visitors while origins from the options is "*"; list the origins',
    ],
  ])('%s', (_, options, line) => {
    expect(problemsOf(options)).toEqual([line]);
  });

  it('never show the secret', () => {
    for (const options of [{ jwtSecret }, { auth: 'jwt', jwtSecret: 'hunter2' }] as const) {
      expect(problemsOf(options)).toHaveLength(1);
      expect(problemsOf(options).join()).not.toContain('hunter2');
    }
  });
});
