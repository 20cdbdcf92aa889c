// Passwords that were checked a moment ago, so that a request does not pay for the check of the one before.
import { createHmac, randomBytes } from 'node:crypto';
import type { UserEntry } from './users-text.ts';

/** For so long a check is good, in milliseconds. */
const keeps = 5 * 60_000;
/** Of so many; the one that was checked first goes first. */
const remembered = 10_000;

/**
 * Remembers that a password was right for an entry of the users file, until the file is read anew: its entries are others
 * then. What is remembered is no password, and no hash that anybody could try passwords on without the key, which never
 * leaves the process. A wrong password is never remembered, so that trying one costs what it always did.
 */
export class KnownPasswords {
  readonly #key = randomBytes(32);
  readonly #clock: () => number;
  readonly #checked = new Map<string, { readonly entry: UserEntry; readonly at: number }>();

  /** @param clock - milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether it was right, a moment ago. */
  has(entry: UserEntry, password: string): boolean {
    const checked = this.#checked.get(this.#nameOf(entry, password));
    if (checked === undefined) return false;
    const age = this.#clock() - checked.at;
    return checked.entry === entry && age >= 0 && age < keeps;
  }

  /** It is right. */
  add(entry: UserEntry, password: string): void {
    const name = this.#nameOf(entry, password);
    this.#checked.delete(name);
    this.#checked.set(name, { entry, at: this.#clock() });
    if (this.#checked.size > remembered) this.#checked.delete(this.#checked.keys().next().value!);
  }

  #nameOf({ name }: UserEntry, password: string): string {
    const text = JSON.stringify([name, password]);
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}
