// Key files: what holds public keys, what holds something that must not lie there, and what holds nothing.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseKeySet } from '../../src/auth/key-set-text.ts';
import { ec, ed, jwkOf, keySet, pemOf, rsa } from './tokens.ts';

const privatePem = String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const kinds = (text: string): unknown[] => parseKeySet(text).keys.map(({ kty }) => kty);

describe('a key file', () => {
  it('may be a JWKS, one JWK, or PEM with one key or several', () => {
    expect(kinds(keySet(jwkOf(rsa), jwkOf(ec), jwkOf(ed)))).toEqual(['RSA', 'EC', 'OKP']);
    expect(kinds(JSON.stringify(jwkOf(ec)))).toEqual(['EC']);
    expect(kinds(pemOf(rsa))).toEqual(['RSA']);
    expect(kinds(`# ours\r\n${pemOf(ec)}\n${pemOf(ed)}`)).toEqual(['EC', 'OKP']);
    expect(kinds(String(rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })))).toEqual(['RSA']);
  });

  it('may hold kinds of keys that are not known here beside those that are', () => {
    expect(kinds(keySet({ kty: 'NEW' }, jwkOf(rsa)))).toEqual(['NEW', 'RSA']);
  });

  it.each<[string, string, string]>([
    ['a private key', privatePem, 'holds a PRIVATE KEY; give the public key only'],
    ['a private key behind a public one', `${pemOf(rsa)}${privatePem}`, 'holds a PRIVATE KEY'],
    ['a private JWK', keySet(rsa.privateKey.export({ format: 'jwk' })), 'a secret or private key at keys/0'],
    ['a secret', keySet(jwkOf(rsa), { kty: 'oct', k: 'c2VjcmV0' }), 'a secret or private key at keys/1'],
    ['keys for encryption only', keySet(jwkOf(rsa, { use: 'enc' })), 'holds no key that can be used'],
    ['no key', keySet(), 'holds no key that can be used'],
    ['a key of an unknown kind only', keySet({ kty: 'NEW' }), 'holds no key that can be used'],
    ['a broken key', keySet({ kty: 'RSA', n: '!', e: '!' }), 'holds no key that can be used'],
    [
      'a weak key',
      pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })),
      'holds no key that can be used',
    ],
    ['a PEM block that is broken', pemOf(rsa).replace(/^MII/m, 'AAA'), 'a PEM block that is no RSA, EC or'],
    ['a PEM block without an end', '-----BEGIN PUBLIC KEY-----\nMII', 'holds no key that can be used'],
    ['keys that are no array', '{"keys": {}}', 'holds no array of keys'],
    ['keys that are no objects', '{"keys": ["hunter2"]}', 'holds no array of keys'],
    ['another JSON', '"hunter2"', 'holds neither a JWKS nor PEM'],
    ['another text', 'hunter2', 'is neither JSON nor PEM'],
    ['nothing', '', 'is neither JSON nor PEM'],
  ])('with %s is refused, without being quoted', (_, text, told) => {
    expect(() => parseKeySet(text)).toThrow(told);
    expect(() => parseKeySet(text)).not.toThrow('hunter2');
  });

  it('with a key that signs nothing (X25519) is refused', () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const text = keySet(publicKey.export({ format: 'jwk' }));
    expect(() => parseKeySet(text)).toThrow('holds no key that can be used');
  });
});
