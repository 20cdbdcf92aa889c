// Tokens: what is taken, everything that is refused and why, and that the client is told the same each time.
import { Buffer } from 'node:buffer';
import type { JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator, User } from '../../src/auth/authenticator.ts';
import { type JwtOptions, jwt } from '../../src/auth/jwt.ts';
import { reasonOf } from '../../src/auth/refusal.ts';
import { fileKeys, secretKey, type TokenKeys } from '../../src/auth/token-keys.ts';
import type { StompwireError } from '../../src/errors.ts';
import { Clock, Folder, Log } from './folder.ts';
import { shown } from './shown.ts';
import {
  ec,
  ed,
  epoch,
  forged,
  jwkOf,
  keySet,
  otherRsa,
  type Pair,
  pemOf,
  rsa,
  secret,
  signed,
  signedByHmac,
} from './tokens.ts';

const clock = new Clock();
const options: JwtOptions = {
  jwtIssuer: 'https://login.example',
  jwtAudiences: ['chat', 'mobile'],
  jwtAlgorithms: [],
  jwtClockSkew: 30_000,
  jwtNameClaim: 'sub',
  jwtRolesClaim: 'roles',
};
const good = (): JWTPayload => ({
  sub: 'kim',
  iss: 'https://login.example',
  aud: 'chat',
  exp: epoch(clock, 300),
  roles: ['member', 'admin'],
});

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

async function withKeys(text: string, change: Partial<JwtOptions> = {}): Promise<Authenticator> {
  return started(fileKeys(folder.file('keys', text), new Log(), clock.read), change);
}

async function started(keys: TokenKeys, change: Partial<JwtOptions> = {}): Promise<Authenticator> {
  const authenticator = jwt({ ...options, ...change }, keys, clock.read);
  await authenticator.start?.();
  return authenticator;
}

const login = async (tokens: Authenticator, token: string): Promise<User> =>
  tokens.authenticate(shown({ Authorization: `Bearer ${token}` }));

async function refusal(tokens: Authenticator, token: string): Promise<string> {
  const error: unknown = await login(tokens, token).catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: 'authentication-failed',
    message: 'the credentials were not accepted',
  });
  return reasonOf(error as StompwireError);
}

const byRsa = (claims: JWTPayload, header: object = {}, pair: Pair = rsa): Promise<string> =>
  signed(claims, pair.privateKey, { alg: 'RS256', ...header });

describe('a good token', () => {
  it.each<[string, Pair, string]>([
    ['RS256', rsa, 'RS256'],
    ['RS512', rsa, 'RS512'],
    ['PS256', rsa, 'PS256'],
    ['ES256', ec, 'ES256'],
    ['EdDSA', ed, 'EdDSA'],
    ['Ed25519', ed, 'Ed25519'],
  ])('signed with %s says who it is, until when, and in which roles', async (_, pair, alg) => {
    const tokens = await withKeys(pemOf(pair));
    const claims = good();
    expect(await login(tokens, await signed(claims, pair.privateKey, { alg }))).toEqual({
      name: 'kim',
      authenticated: true,
      roles: ['member', 'admin'],
      expiresAt: claims.exp! * 1000 + 30_000,
      claims,
    });
    expect(tokens.proves).toBe(true);
  });

  it('may be signed with a secret, as it is or written in base64', async () => {
    const token = await signed(good(), Buffer.from(secret), { alg: 'HS256' });
    expect(await login(await started(secretKey(secret)), token)).toMatchObject({ name: 'kim' });
    const encoded = `base64:${Buffer.from(secret).toString('base64')}`;
    expect(await login(await started(secretKey(encoded)), token)).toMatchObject({ name: 'kim' });
  });

  it('may have any issuer and audience where none is asked for', async () => {
    const tokens = await withKeys(pemOf(rsa), { jwtIssuer: undefined, jwtAudiences: [] });
    const { iss: _iss, aud: _aud, ...bare } = good();
    expect(await login(tokens, await byRsa(bare))).toMatchObject({ name: 'kim' });
  });

  it('may be for several audiences, one of them ours', async () => {
    const tokens = await withKeys(pemOf(rsa));
    expect(await login(tokens, await byRsa({ ...good(), aud: ['other', 'mobile'] }))).toMatchObject({
      name: 'kim',
    });
  });

  it('names its key in a set of several, or is tried with each that fits', async () => {
    const tokens = await withKeys(
      keySet(jwkOf(otherRsa, { kid: 'old' }), jwkOf(rsa, { kid: 'new' }), jwkOf(ec)),
    );
    expect(await login(tokens, await byRsa(good(), { kid: 'new' }))).toMatchObject({ name: 'kim' });
    expect(await login(tokens, await byRsa(good()))).toMatchObject({ name: 'kim' });
  });

  it('may name the user and the roles in other claims, at any depth', async () => {
    const change = { jwtNameClaim: 'https://a.example/name', jwtRolesClaim: 'realm_access.roles' };
    const tokens = await withKeys(pemOf(rsa), change);
    const claims = { ...good(), 'https://a.example/name': '이순신', realm_access: { roles: ['admiral', 7] } };
    expect(await login(tokens, await byRsa(claims))).toMatchObject({ name: '이순신', roles: ['admiral'] });
  });

  it('counts within the clock skew, before and after', async () => {
    const tokens = await withKeys(pemOf(rsa));
    expect(await login(tokens, await byRsa({ ...good(), exp: epoch(clock, -29) }))).toMatchObject({
      name: 'kim',
    });
    expect(await login(tokens, await byRsa({ ...good(), nbf: epoch(clock, 30) }))).toMatchObject({
      name: 'kim',
    });
  });
});

describe('a bad token', () => {
  const expired = 'ERR_JWT_EXPIRED: exp check_failed';
  const failed = (claim: string): string => `ERR_JWT_CLAIM_VALIDATION_FAILED: ${claim} check_failed`;

  it.each<[string, () => Promise<string> | string, string | RegExp]>([
    ['alg none', () => forged({ alg: 'none' }, good()), 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['alg None', () => forged({ alg: 'None' }, good()), 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['no alg', () => forged({}, good()), /ERR_JWS_INVALID|ERR_JOSE_ALG_NOT_ALLOWED/],
    ['a key of somebody else', () => byRsa(good(), {}, otherRsa), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    [
      'a key of another kind',
      () => signed(good(), ec.privateKey, { alg: 'ES256' }),
      'ERR_JWKS_NO_MATCHING_KEY',
    ],
    ['an unknown key', () => byRsa(good(), { kid: 'x' }), /ERR_JWKS_NO_MATCHING_KEY/],
    [
      'the secret instead of a key',
      () => signedByHmac({ alg: 'HS256' }, good(), secret),
      'ERR_JOSE_ALG_NOT_ALLOWED',
    ],
    [
      'HS256 under the public key as PEM',
      () => signedByHmac({ alg: 'HS256' }, good(), pemOf(rsa)),
      /NOT_ALLOWED/,
    ],
    [
      'HS256 under the public key as DER',
      () => signedByHmac({ alg: 'HS256' }, good(), rsa.publicKey.export({ type: 'spki', format: 'der' })),
      /NOT_ALLOWED/,
    ],
    [
      'HS256 under the modulus',
      () =>
        signedByHmac(
          { alg: 'HS256' },
          good(),
          Buffer.from(String(rsa.publicKey.export({ format: 'jwk' }).n), 'base64url'),
        ),
      /NOT_ALLOWED/,
    ],
    [
      'a key that it brings itself',
      () => byRsa(good(), { jwk: otherRsa.publicKey.export({ format: 'jwk' }) }, otherRsa),
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    ],
    [
      'an extension that is not understood',
      () =>
        byRsa(good(), {}).then((token) =>
          forged({ alg: 'RS256', crit: ['x'], x: 1 }, good(), token.split('.')[2]),
        ),
      /ERR_/,
    ],
    ['an exp that is past', () => byRsa({ ...good(), exp: epoch(clock, -30) }), expired],
    [
      'no exp',
      () => byRsa({ ...good(), exp: undefined as never }),
      'ERR_JWT_CLAIM_VALIDATION_FAILED: exp missing',
    ],
    ['an exp that is no number', () => byRsa({ ...good(), exp: 'soon' as never }), /exp invalid/],
    ['an nbf to come', () => byRsa({ ...good(), nbf: epoch(clock, 31) }), failed('nbf')],
    ['another issuer', () => byRsa({ ...good(), iss: 'https://evil.example' }), failed('iss')],
    ['no issuer', () => byRsa({ ...good(), iss: undefined as never }), /iss missing/],
    ['another audience', () => byRsa({ ...good(), aud: 'billing' }), failed('aud')],
    ['no audience', () => byRsa({ ...good(), aud: undefined as never }), /aud missing/],
    ['no name', () => byRsa({ ...good(), sub: undefined as never }), 'the token has no claim sub'],
    [
      'a name that is an object',
      () => byRsa({ ...good(), sub: { a: 1 } as never }),
      'the token has no claim sub',
    ],
    ['garbage for a token', () => 'garbage', 'ERR_JWS_INVALID'],
    ['garbage of three parts', () => 'a.b.c', /ERR_JWS_INVALID/],
    ['parts that are no base64', () => '%%%.%%%.%%%', /ERR_JWS_INVALID/],
    ['claims that are no object', () => forged({ alg: 'RS256' }, [1], 'AAAA'), /ERR_/],
    ['a changed payload', async () => changed(await byRsa(good())), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['a cut signature', async () => (await byRsa(good())).slice(0, -10), /ERR_JWS/],
    ['no signature', async () => `${(await byRsa(good())).split('.').slice(0, 2).join('.')}.`, /ERR_JWS/],
    ['encryption, of which there is none', () => 'a.b.c.d.e', 'ERR_JWS_INVALID'],
    ['more length than a token may have', () => 'a'.repeat(16_385), 'a token of more than 16384 characters'],
  ])('with %s is refused; the log knows why', async (_, make, reason) => {
    const tokens = await withKeys(pemOf(rsa));
    expect(await refusal(tokens, await make())).toMatch(reason);
  });

  it('that nobody shows is refused', async () => {
    const tokens = await withKeys(pemOf(rsa));
    for (const headers of [{}, { login: 'kim' }, { 'user-name': 'kim' }, { passcode: '' }]) {
      const error: unknown = await Promise.resolve(tokens.authenticate(shown(headers))).catch(
        (one: unknown) => one,
      );
      expect(reasonOf(error as StompwireError)).toBe('no token');
    }
  });

  it('is refused before the day it counts, and after the day it did, by the clock that is given', async () => {
    const tokens = await withKeys(pemOf(rsa));
    const token = await byRsa({ ...good(), nbf: epoch(clock), exp: epoch(clock, 60) });
    const from = clock.now;
    for (const [at, counts] of [
      [-60, false],
      [0, true],
      [59, true],
      [89, true],
      [90, false],
    ] as const) {
      clock.now = from + at * 1000;
      if (counts) expect(await login(tokens, token)).toMatchObject({ name: 'kim' });
      else expect(await refusal(tokens, token)).toMatch(/nbf|exp/);
    }
    clock.now = from;
  });

  it('never brings its claims or itself into the reason', async () => {
    const tokens = await withKeys(pemOf(rsa));
    const claims = { ...good(), sub: 'very-secret-sub', iss: 'very-secret-iss' };
    for (const token of [
      await byRsa(claims),
      await byRsa(claims, {}, otherRsa),
      forged({ alg: 'none' }, claims),
    ])
      expect(await refusal(tokens, token)).not.toMatch(/very-secret|eyJ/);
  });
});

function changed(token: string): string {
  const [header, , signature] = token.split('.');
  return `${header}.${Buffer.from(JSON.stringify({ ...good(), sub: 'admin' })).toString('base64url')}.${signature}`;
}

describe('the algorithms', () => {
  it('that are listed are the only ones taken', async () => {
    const tokens = await withKeys(pemOf(rsa), { jwtAlgorithms: ['RS512'] });
    expect(await refusal(tokens, await byRsa(good()))).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
    expect(await login(tokens, await byRsa(good(), { alg: 'RS512' }))).toMatchObject({ name: 'kim' });
  });

  it('never come from a list that does not fit the key', async () => {
    const tokens = await withKeys(pemOf(rsa), { jwtAlgorithms: ['HS256'] });
    const token = signedByHmac({ alg: 'HS256' }, good(), pemOf(rsa));
    expect(await refusal(tokens, token)).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
  });

  it('of a secret are those whose hash is no longer than it', () => {
    expect(secretKey(secret).algorithms).toEqual(['HS256']);
    expect(secretKey('x'.repeat(48)).algorithms).toEqual(['HS256', 'HS384']);
    expect(secretKey('x'.repeat(64)).algorithms).toEqual(['HS256', 'HS384', 'HS512']);
  });

  it('of a secret take no token under another one, nor an unsigned one', async () => {
    const tokens = await started(secretKey(secret));
    expect(await refusal(tokens, signedByHmac({ alg: 'HS256' }, good(), 'x'.repeat(32)))).toMatch(
      /SIGNATURE/,
    );
    expect(await refusal(tokens, forged({ alg: 'none' }, good()))).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
    expect(await refusal(tokens, await byRsa(good()))).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
  });
});

describe('a key file', () => {
  it('that has changed counts: the old key is out, the new one in', async () => {
    const tokens = await withKeys(pemOf(rsa));
    folder.file('keys', keySet(jwkOf(otherRsa)));
    clock.now += 1000;
    expect(await refusal(tokens, await byRsa(good()))).toMatch(/SIGNATURE/);
    expect(await login(tokens, await byRsa(good(), {}, otherRsa))).toMatchObject({ name: 'kim' });
  });

  it('with more keys that fit than are tried refuses without trying them all', async () => {
    const strangers = Array.from({ length: 21 }, () => jwkOf(otherRsa));
    const tokens = await withKeys(keySet(...strangers, jwkOf(rsa)));
    expect(await refusal(tokens, await byRsa(good()))).toBe('no key fits the signature of the token');
  });
});
