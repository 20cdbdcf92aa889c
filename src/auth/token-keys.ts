// The keys that tokens are checked with: one secret, or public keys out of a file or from an address.
import { Buffer } from 'node:buffer';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { parseKeySet } from './key-set-text.ts';
import { type AuthLog, unavailable } from './refusal.ts';
import { ReloadedFile } from './reloaded-file.ts';

/** Keys of one kind. */
export interface TokenKeys {
  /** The algorithms that this kind of key may verify; a public key never verifies HS256. */
  readonly algorithms: readonly string[];
  start?(): Promise<void>;
  /** Finds the key by a token's header; throws jose's errors, or `authentication-unavailable`. */
  readonly find: JWTVerifyGetKey;
}

const publicAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** [RFC 7518, 3.2]: a secret is at least as long as the hash. */
const secretAlgorithms = [
  { name: 'HS256', bytes: 32 },
  { name: 'HS384', bytes: 48 },
  { name: 'HS512', bytes: 64 },
];

/** @param secret - as it is, or `base64:` and its bytes */
export function secretKey(secret: string): TokenKeys {
  const bytes = secret.startsWith('base64:') ? Buffer.from(secret.slice(7), 'base64') : Buffer.from(secret);
  const fitting = secretAlgorithms.filter((one) => bytes.length >= one.bytes);
  return { algorithms: fitting.map(({ name }) => name), find: () => bytes };
}

/** Keys out of a JWKS or PEM file, read again when it has changed. */
export function fileKeys(path: string, log: AuthLog, clock: () => number): TokenKeys {
  const parse = (text: string): JWTVerifyGetKey => createLocalJWKSet(parseKeySet(text));
  const file = new ReloadedFile({ path, option: 'jwtKeys (--jwt-keys)', parse, log, clock });
  return {
    algorithms: publicAlgorithms,
    start: () => file.start(),
    find: async (header, token) => (await file.current())(header, token),
  };
}

const mostBytes = 256 * 1024;
const fetchTime = 5000;
/** An unknown key makes us ask again, but so often at most: tokens with made-up keys cost nobody a request each. */
const askAgainAfter = 30_000;
const keepFor = 600_000;

/**
 * Keys from the address of a JWKS, kept for ten minutes. An address that cannot be reached at start is
 * warned of, for services start in any order; until it answers, clients are told to come back.
 */
export function addressKeys(url: URL, log: AuthLog, fetchFrom: FetchImplementation = fetch): TokenKeys {
  const bounded: FetchImplementation = async (address, options) =>
    boundedResponse(await fetchFrom(address, options));
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: fetchTime,
    cooldownDuration: askAgainAfter,
    cacheMaxAge: keepFor,
    [customFetch]: bounded,
  });
  const host = url.host;
  return {
    algorithms: publicAlgorithms,
    start: () =>
      keys.reload().catch((error: unknown) => {
        log.warn({ host, reason: String(error) }, 'the keys of tokens cannot be fetched yet');
      }),
    find: async (header, token) => {
      try {
        return await keys(header, token);
      } catch (error) {
        if (isOfToken(error)) throw error;
        throw unavailable(`the keys of tokens cannot be fetched from ${host}: ${String(error)}`);
      }
    },
  };
}

/** Whether the token is to blame, and not who gives the keys. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

async function boundedResponse(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`more than ${mostBytes} bytes of keys`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status });
}
