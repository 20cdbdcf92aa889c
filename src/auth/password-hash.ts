// Passwords as salted scrypt hashes [RFC 7914], with the parameters written into the text.
import { Buffer } from 'node:buffer';
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What one check costs: 128 * r * 2^logN bytes of memory, and p times the work. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** A hash as it is kept: cost, salt and the derived key. */
export interface PasswordHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** 16 MiB and about a tenth of a second [OWASP Password Storage Cheat Sheet, scrypt]. */
export const defaultCost: ScryptCost = { logN: 14, r: 8, p: 5 };
const saltBytes = 16;
const keyBytes = 32;
const leastSalt = 8;
const leastKey = 16;
const mostMemory = 128 * 1024 * 1024;
const mostWork = 1024 * 1024 * 1024;

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Hashes a password for the users file.
 *
 * @param cost - what a check will cost
 * @param salt - random bytes; a test may give its own
 * @returns `$scrypt$ln=14,r=8,p=5$<salt>$<key>`, in the PHC string format
 */
export async function hashPassword(
  password: string,
  cost: ScryptCost = defaultCost,
  salt: Buffer = randomBytes(saltBytes),
): Promise<string> {
  const key = await derive(password, cost, salt, keyBytes);
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/** Reads a hash, or tells that a text is none: one that costs too much, or whose key is too short, is none. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const [, logN, r, p, salt, key] = form.exec(text) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const hash = { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  const longEnough = hash.salt.length >= leastSalt && hash.key.length >= leastKey;
  return longEnough && isAffordable(cost) ? hash : undefined;
}

/** Whether a password is the one that was hashed. Takes the same time whatever the answer. */
export async function isPassword(password: string, { cost, salt, key }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, cost, salt, key.length), key);
}

function isAffordable({ logN, r, p }: ScryptCost): boolean {
  if (logN < 1 || r < 1 || p < 1) return false;
  return memoryOf({ logN, r, p }) <= mostMemory && memoryOf({ logN, r, p }) * p <= mostWork;
}

const memoryOf = ({ logN, r }: ScryptCost): number => 128 * r * 2 ** logN;

/** One password can be typed as several sequences of code points; NFKC makes them one [NIST SP 800-63B, 3.1.1.2]. */
function derive(password: string, cost: ScryptCost, salt: Buffer, length: number): Promise<Buffer> {
  const maxmem = memoryOf(cost) + 256 * cost.r * (cost.p + 4) + 1024 * 1024;
  const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
