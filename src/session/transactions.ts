// The open transactions of one session: what COMMIT will do, kept until it comes [STOMP 1.2, BEGIN].
import type { Frame } from '../../frames/index.ts';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import type { Processed } from './receipts.ts';

/** How much a session may hold back. */
export interface TransactionLimits {
  /** Transactions that may be open at a time. */
  readonly maxTransactions: number;
  /** Frames and bytes of their bodies, over all open transactions. */
  readonly maxTransactionFrames: number;
  readonly maxTransactionBytes: number;
}

/** One frame of a transaction. */
export interface Step {
  /** Bytes that are held for it. */
  readonly bytes: number;
  /** The frame: its `receipt` is answered after COMMIT. */
  readonly frame: Frame;
  /** What of the broker's it concerns; none: nothing, before it is done. */
  readonly address?: string | undefined;
  /** What it puts into a queue, for which there must be room. */
  readonly queued?: Message | undefined;
  /** Whether it is done behind the others: handlers have nothing to do with a transaction that is not done. */
  readonly behind?: boolean;
  /** Throws when the step cannot be done: nothing of the transaction is, then. */
  check?(): void;
  /** Does it. */
  run(): Soon<void> | Soon<Processed>;
  /** The transaction is not done. */
  undo?(): void;
}

/** What stands between a transaction and what it does. */
export interface Committing {
  /** Refuses messages that would not all find room in their queues. */
  assertRoom(messages: readonly Message[]): void;
  /** Refuses addresses that cannot be dealt with in one step. */
  assertTogether(addresses: readonly string[]): void;
  /** Does in one go what is begun before `steps` returns; `undone` hears that nothing of it was done. */
  together(steps: () => Soon<void>, undone: () => void): Soon<void>;
  /** Answers a frame. */
  processed(frame: Frame, processed: Processed | undefined): void;
}

/** Transactions are named by their client, within its session. They do not nest. */
export class Transactions {
  readonly #limits: TransactionLimits;
  readonly #open = new Map<string, Step[]>();
  #frames = 0;
  #bytes = 0;

  constructor(limits: TransactionLimits) {
    this.#limits = limits;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens one. @throws {StompwireError} `transaction-in-use`, `too-many-transactions` */
  begin(id: string): void {
    if (this.#open.has(id)) {
      throw new StompwireError(
        'transaction-in-use',
        `transaction '${printable(id)}' is open; COMMIT or ABORT it first, or take another name`,
      );
    }
    const { maxTransactions } = this.#limits;
    if (this.#open.size >= maxTransactions) {
      throw new StompwireError(
        'too-many-transactions',
        `a session may have maxTransactions=${maxTransactions} transactions open at a time`,
      );
    }
    this.#open.set(id, []);
  }

  /** Whether one of that name is open. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Adds a step. @throws {StompwireError} `unknown-transaction`, `transaction-too-large` */
  add(id: string, step: Step): void {
    const steps = this.#steps(id);
    const { maxTransactionFrames: frames, maxTransactionBytes: bytes } = this.#limits;
    if (this.#frames + 1 > frames || this.#bytes + step.bytes > bytes) {
      throw new StompwireError(
        'transaction-too-large',
        `open transactions may hold maxTransactionFrames=${frames} frames and maxTransactionBytes=${bytes} bytes`,
      );
    }
    steps.push(step);
    this.#frames++;
    this.#bytes += step.bytes;
  }

  /** Closes one. @returns its steps, in their order @throws {StompwireError} `unknown-transaction` */
  take(id: string): readonly Step[] {
    const steps = this.#steps(id);
    this.#open.delete(id);
    this.#frames -= steps.length;
    for (const { bytes } of steps) this.#bytes -= bytes;
    return steps;
  }

  /** Forgets all of them: the session has ended. */
  clear(): void {
    this.#open.clear();
    this.#frames = 0;
    this.#bytes = 0;
  }

  #steps(id: string): Step[] {
    const steps = this.#open.get(id);
    if (steps !== undefined) return steps;
    throw new StompwireError(
      'unknown-transaction',
      `transaction '${printable(id)}' is not open: BEGIN it first`,
    );
  }
}

/**
 * Does the steps of a transaction: all are checked before the first is done, and what can be done at once is done
 * at once, so that nobody sees a part of it. Their frames are answered when all is done.
 */
export function commit(steps: readonly Step[], committing: Committing): Soon<void> {
  try {
    for (const step of steps) step.check?.();
    committing.assertTogether(steps.flatMap(({ address }) => address ?? []));
    committing.assertRoom(steps.flatMap(({ queued }) => queued ?? []));
  } catch (error) {
    undo(steps);
    throw error;
  }
  const outcomes: (Processed | undefined)[] = [];
  const answer = (): void => {
    for (const [at, { frame }] of steps.entries())
      if (!outcomes[at]?.withheld) committing.processed(frame, outcomes[at]);
  };
  const behind = (): Soon<void> => runAll(steps, outcomes, true);
  const done = inTurn(
    committing.together(
      () => runAll(steps, outcomes, false),
      () => undo(steps),
    ),
    behind,
  );
  return inTurn(done, answer);
}

/** Forgets steps: nothing of them was done. */
export function undo(steps: readonly Step[]): void {
  for (const step of steps) step.undo?.();
}

function inTurn(first: Soon<void>, then: () => Soon<void>): Soon<void> {
  return first instanceof Promise ? first.then(then) : then();
}

function runAll(steps: readonly Step[], outcomes: (Processed | undefined)[], behind: boolean): Soon<void> {
  const slow: Promise<void>[] = [];
  for (const [at, step] of steps.entries()) {
    if ((step.behind ?? false) !== behind) continue;
    const done = step.run();
    if (done instanceof Promise)
      slow.push(
        (done as Promise<Processed | undefined>).then((late) => {
          outcomes[at] = late;
        }),
      );
    else outcomes[at] = done || undefined;
  }
  return slow.length === 0 ? undefined : Promise.all(slow).then(() => {});
}
