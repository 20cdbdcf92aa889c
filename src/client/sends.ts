// Messages that wait for their RECEIPT: sent when there is a session, again after a loss, each under one key.
import type { StompHeaders } from '@stomp/stompjs';
import { ClientError } from './client-error.ts';
import type { SessionEnd, StompSession } from './session.ts';
import type { World } from './world.ts';

/** What a RECEIPT is to stand for; see "Receipt levels" of the server's documentation. */
export type ReceiptLevel = 'accepted' | 'brokered' | 'replicated' | 'stored';

/** What may be said of a message beside its destination and body. */
export interface SendOptions {
  /** What the RECEIPT is to stand for; default: what the server's policy for the destination says. */
  readonly receiptLevel?: ReceiptLevel;
  /** More headers for SEND, such as `content-type`. */
  readonly headers?: StompHeaders;
  /** Its idempotency key, which must be new unless the message is one of before; default: a random one. */
  readonly key?: string;
  /** Says that it is a message of an earlier page load, and when that sent it first: milliseconds since 1970. */
  readonly since?: number;
}

/** How much may wait for its RECEIPT. */
export interface QueueLimits {
  /** As many messages; one more is refused. Default 1000. */
  readonly count: number;
  /**
   * As long, in milliseconds; then the promise rejects. Default nine minutes: the server knows a key for ten, and
   * who tries longer than that may publish twice.
   */
  readonly age: number;
}

export const usualLimits: QueueLimits = { count: 1000, age: 9 * 60_000 };

interface Waiting {
  readonly destination: string;
  readonly body: string | Uint8Array;
  readonly headers: StompHeaders;
  readonly since: number;
  readonly done: (receipt: StompHeaders) => void;
  readonly failed: (error: ClientError) => void;
  isWritten: boolean;
}

export class Sends {
  readonly #world: World;
  readonly #limits: QueueLimits;
  readonly #isIdempotent: boolean;
  /** By key, in the order of sending. */
  readonly #waiting = new Map<string, Waiting>();
  #session: StompSession | undefined;
  #callOff: (() => void) | undefined;

  /** @param isIdempotent - whether the server knows idempotency keys, so that what may have arrived may be sent again */
  constructor(world: World, limits: QueueLimits, isIdempotent: boolean) {
    this.#world = world;
    this.#limits = limits;
    this.#isIdempotent = isIdempotent;
  }

  /** Sends now, or as soon as there is a session. */
  send(destination: string, body: string | Uint8Array, options: SendOptions): Promise<StompHeaders> {
    const key = options.key ?? this.#world.newKey();
    return new Promise((done, failed) => {
      if (this.#waiting.has(key)) throw new TypeError(`a message with the key ${key} waits already`);
      if (this.#waiting.size >= this.#limits.count)
        return failed(new ClientError('queue-full', `${this.#limits.count} messages wait for their receipt`));
      const since = options.since ?? this.#world.now();
      const isWritten = options.since !== undefined;
      const headers = headersOf(key, options);
      this.#waiting.set(key, { destination, body, headers, since, done, failed, isWritten });
      this.#watch();
      if (this.#session) this.#write(key, this.#session);
    });
  }

  /** A session is up. */
  begin(session: StompSession): void {
    this.#session = session;
    for (const key of this.#waiting.keys()) this.#write(key, session);
  }

  /** The session is over. */
  lose({ code }: SessionEnd): void {
    this.#session = undefined;
    if (code === tooLarge) this.#refuseLargest();
    if (this.#isIdempotent) return;
    const reason = 'The connection ended before a receipt; the message may have arrived.';
    for (const [key, { isWritten }] of this.#waiting)
      if (isWritten) this.#fail(key, new ClientError('unconfirmed', reason, { mayHaveArrived: true }));
  }

  /** Whether a RECEIPT was that of a message. */
  confirmed(headers: StompHeaders): boolean {
    return this.#settle(headers['receipt-id'], ({ done }) => done(headers));
  }

  /** Whether what the server refused was a message of this client. */
  refused(receiptId: string | undefined, error: ClientError): boolean {
    return this.#settle(receiptId, ({ failed }) => failed(error));
  }

  /** Nothing waits any longer. */
  close(): void {
    this.#session = undefined;
    const reason = 'The client was deactivated before a receipt came.';
    for (const [key, { isWritten }] of this.#waiting)
      this.#fail(key, new ClientError('closed', reason, { mayHaveArrived: isWritten }));
  }

  #write(key: string, session: StompSession): void {
    const waiting = this.#waiting.get(key)!;
    waiting.isWritten = true;
    session.send(waiting.destination, waiting.body, waiting.headers);
  }

  #fail(key: string, error: ClientError): void {
    this.#settle(key, ({ failed }) => failed(error));
  }

  #settle(key: string | undefined, how: (waiting: Waiting) => void): boolean {
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.#waiting.delete(key!);
    if (this.#waiting.size === 0) this.#stopWatching();
    how(waiting);
    return true;
  }

  /** An ERROR for a frame that is too large cannot say which one it was, and sent again it would end every session. */
  #refuseLargest(): void {
    const written = [...this.#waiting].filter(([, { isWritten }]) => isWritten);
    const [largest] = written.sort(([, one], [, other]) => other.body.length - one.body.length);
    if (largest) this.#fail(largest[0], new ClientError('frame-too-large', 'The message is too large.'));
  }

  /** One timer for all: it rings when the oldest is too old. */
  #watch(): void {
    if (this.#callOff !== undefined || this.#waiting.size === 0) return;
    const oldest = Math.min(...Array.from(this.#waiting.values(), ({ since }) => since));
    const left = Math.max(0, oldest + this.#limits.age - this.#world.now());
    this.#callOff = this.#world.after(left, () => this.#expire());
  }

  #stopWatching(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #expire(): void {
    this.#callOff = undefined;
    const reason = 'No receipt came in time.';
    for (const [key, { since, isWritten }] of this.#waiting) {
      if (this.#world.now() - since < this.#limits.age) continue;
      this.#fail(key, new ClientError('expired', reason, { mayHaveArrived: isWritten }));
    }
    this.#watch();
  }
}

/** The close code for a frame that is too large. */
const tooLarge = 1009;

function headersOf(key: string, { receiptLevel, headers }: SendOptions): StompHeaders {
  return {
    ...headers,
    ...(receiptLevel !== undefined && { 'receipt-level': receiptLevel }),
    'idempotency-key': key,
    receipt: key,
  };
}
