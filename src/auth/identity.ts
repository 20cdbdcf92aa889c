// What a name must be to stand for somebody, and what every user must be before a session acts for them.
import { Buffer } from 'node:buffer';
import type { User } from './authenticator.ts';
import { refusal } from './refusal.ts';

const longestName = 255;
/** Control and formatting characters, separators, halves of characters: what forges a log line or hides a name. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** What is wrong with a name, or `undefined`. It is shown to others, written to logs and put into a header. */
export function nameFault(name: unknown, longest = longestName): string | undefined {
  if (typeof name !== 'string') return 'is no text';
  if (name.trim() === '') return 'is empty';
  if (name.trim() !== name) return 'begins or ends with a blank';
  if (name.length > longest) return `has ${name.length} characters; ${longest} are allowed`;
  if (hidden.test(name)) return 'holds a control character';
  return undefined;
}

/**
 * Holds what an authenticator says to what a session may be given.
 *
 * @param now - milliseconds since the epoch
 * @throws {StompwireError} `authentication-failed` for a name that nobody may have, or credentials that ran out
 * @throws {TypeError} when the authenticator's own code is wrong
 */
export function checkedUser(user: User, now: number): User {
  const fault = nameFault(user.name);
  if (fault !== undefined) throw refusal(`the user's name ${fault}`);
  if (!Array.isArray(user.roles)) throw new TypeError("the authenticator's user has no roles; give an array");
  if (user.expiresAt !== undefined) assertFuture(user.expiresAt, now);
  return user;
}

function assertFuture(expiresAt: number, now: number): void {
  if (Number.isNaN(Number(expiresAt)))
    throw new TypeError("the user's expiresAt is no number of milliseconds");
  if (expiresAt <= now) throw refusal('the credentials ran out');
}

/** The same text without the frame it was cut from: a slice would keep the passcode beside it in memory. */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
