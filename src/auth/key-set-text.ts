// The text of a key file: a JWKS, one JWK, or PEM with public keys or certificates; public keys only.
import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
const publicLabels = new Set(['PUBLIC KEY', 'RSA PUBLIC KEY', 'CERTIFICATE']);
const signing = new Set(['rsa', 'ec', 'ed25519']);
/** In bits [RFC 7518, 3.3]. */
const leastModulus = 2048;

const mend = 'give public keys as JWKS or PEM';

/** @throws {Error} that tells what is wrong, without quoting the text */
export function parseKeySet(text: string): JSONWebKeySet {
  const keys = text.includes('-----BEGIN ') ? pemKeys(text) : jsonKeys(text);
  for (const [at, key] of keys.entries()) assertPublic(key, at);
  if (!keys.some(isUsable)) throw new Error(`holds no key that can be used; ${mend}`);
  return { keys };
}

function pemKeys(text: string): JWK[] {
  return Array.from(text.matchAll(pemBlock), ([block, label]) => {
    if (!publicLabels.has(label!))
      throw new Error(`holds a ${label}; give the public key only, from: openssl pkey -pubout`);
    return jwkOf(block);
  });
}

function jwkOf(pem: string): JWK {
  try {
    return createPublicKey(pem).export({ format: 'jwk' }) as JWK;
  } catch {
    throw new Error(`holds a PEM block that is no RSA, EC or Ed25519 public key; ${mend}`);
  }
}

function jsonKeys(text: string): JWK[] {
  const json = parsed(text);
  if (!isObject(json)) throw new Error(`holds neither a JWKS nor PEM; ${mend}`);
  const keys = 'keys' in json ? json.keys : [json];
  if (!Array.isArray(keys) || !keys.every(isObject)) throw new Error(`holds no array of keys; ${mend}`);
  return keys as unknown as JWK[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`is neither JSON nor PEM; ${mend}`);
  }
}

/** A secret that lies around where public keys are expected has leaked; one that is used as such, too. */
function assertPublic(key: JWK, at: number): void {
  if (key.kty === 'oct' || 'k' in key || 'd' in key)
    throw new Error(`holds a secret or private key at keys/${at}; ${mend}`);
}

/** A set may hold keys of kinds that are not known here; they are never chosen. */
function isUsable(key: JWK): boolean {
  try {
    const { asymmetricKeyType = '', asymmetricKeyDetails } = createPublicKey({
      key: key as never,
      format: 'jwk',
    });
    const strong = (asymmetricKeyDetails?.modulusLength ?? leastModulus) >= leastModulus;
    return signing.has(asymmetricKeyType) && strong && (key.use === undefined || key.use === 'sig');
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
