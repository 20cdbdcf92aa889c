// What one SEND asks of all that is published in its name, and what its RECEIPT waits for.
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Sending } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import { scopedKey } from '../message/idempotency-key.ts';
import type { ReceiptLevel } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { Place } from '../routing/claims.ts';

const levels: readonly string[] = ['accepted', 'brokered', 'replicated', 'stored'] satisfies ReceiptLevel[];

/** As long as a UUID with a prefix or two, and visible in a log. */
const keyShape = /^[\x20-\x7e]{1,128}$/;

/** Who sends: what its keys are told apart from those of others by. */
export interface Sender {
  readonly user: User | undefined;
  /** What a guest is known by, who has not proven a name. */
  readonly clientToken: string | undefined;
}

/** A SEND that asked for something. */
export class AskedSending implements Sending {
  readonly level: ReceiptLevel | undefined;
  /** Its idempotency key, scope included. */
  readonly key: string | undefined;
  /** Where its messages stand that went into logs. */
  readonly places: Place[] = [];
  #keys = 0;
  #waiting: Promise<void>[] | undefined;

  constructor(level: ReceiptLevel | undefined, key: string | undefined) {
    this.level = level;
    this.key = key;
  }

  /** What its RECEIPT has to wait for; nothing that comes later counts. */
  get after(): Promise<void> | undefined {
    const waiting = this.#waiting;
    if (waiting === undefined) return undefined;
    return waiting.length === 1 ? waiting[0] : Promise.all(waiting).then(() => {});
  }

  nextKey(): string | undefined {
    if (this.key === undefined) return undefined;
    const at = this.#keys++;
    return at === 0 ? this.key : `${this.key}/${at}`;
  }

  appended(destination: string, position: Position): void {
    this.places.push({ destination, position });
  }

  waitFor(confirmed: Promise<void>): void {
    confirmed.catch(() => {}); // told by the RECEIPT's way, or by nobody when the SEND itself failed
    this.#waiting ??= [];
    this.#waiting.push(confirmed);
  }
}

/**
 * What a SEND asks; `undefined`: nothing, and nothing is made.
 *
 * @param logs - whether there are logged destinations, so that a policy may ask in its place
 * @throws {StompwireError} `bad-header`
 */
export function sendingOf(
  sender: Sender,
  headers: Headers,
  destination: string,
  logs: boolean,
): AskedSending | undefined {
  const level = headers.get('receipt-level');
  const key = headers.get('idempotency-key');
  if (level === undefined && key === undefined && !(logs && headers.has('receipt'))) return undefined;
  if (level !== undefined) assertLevel(level);
  if (key === undefined) return new AskedSending(level, undefined);
  assertKey(key);
  return new AskedSending(level, keyOf(sender, destination, key));
}

/**
 * Refuses a level that no plain destination has: a RECEIPT never claims what is not so.
 *
 * @throws {StompwireError} `not-stored`
 */
export function assertKept(level: ReceiptLevel | undefined, destination: string): void {
  if (level !== 'stored' && level !== 'replicated') return;
  throw new StompwireError(
    'not-stored',
    `receipt-level:${level}: nothing of '${printable(destination)}' is logged: it is kept nowhere`,
  );
}

function keyOf({ user, clientToken }: Sender, destination: string, key: string): string {
  if (user?.authenticated) return scopedKey('user', user.name, destination, key);
  return scopedKey('token', clientToken, destination, key);
}

function assertLevel(level: string): asserts level is ReceiptLevel {
  if (levels.includes(level)) return;
  throw new StompwireError(
    'bad-header',
    `receipt-level:${printable(level)} is unknown; allowed: ${levels.join(', ')}`,
  );
}

function assertKey(key: string): void {
  if (keyShape.test(key)) return;
  throw new StompwireError(
    'bad-header',
    `idempotency-key '${printable(key)}' must be 1 to 128 printable ASCII characters`,
  );
}
