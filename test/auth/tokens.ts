// Keys and tokens made for a test: honest ones, and ones that no honest maker would make.
import { Buffer } from 'node:buffer';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const rsa: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherRsa: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ec: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ed: Pair = generateKeyPairSync('ed25519');
export const secret = 'a secret of thirty-two bytes: ok';

export const pemOf = ({ publicKey }: Pair): string =>
  String(publicKey.export({ type: 'spki', format: 'pem' }));

export const jwkOf = ({ publicKey }: Pair, more: object = {}): object => ({
  ...publicKey.export({ format: 'jwk' }),
  ...more,
});

export const keySet = (...keys: object[]): string => JSON.stringify({ keys });

/** Seconds since the epoch, as the claims of a token have them. */
export const epoch = (clock: { readonly now: number }, seconds = 0): number =>
  Math.floor(clock.now / 1000) + seconds;

/** A token as an honest maker signs it. */
export function signed(
  claims: JWTPayload,
  key: KeyObject | Uint8Array,
  header: { alg: string; kid?: string; [name: string]: unknown },
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that says of itself whatever it likes, under whatever signature. */
export function forged(header: object, claims: object, signature = ''): string {
  return `${part(header)}.${part(claims)}.${signature}`;
}

/** Signed by HMAC under any bytes, such as those of a public key. */
export function signedByHmac(header: object, claims: object, key: string | Buffer): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
