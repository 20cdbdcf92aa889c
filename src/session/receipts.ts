// The RECEIPTs of one session: each when what it stands for holds, in the order of their frames.
import type { Version } from '../../frames/index.ts';
import type { Outbox } from './outbox.ts';
import { receiptFrame } from './server-frames.ts';

/** What a command says of its RECEIPT, when there is more to say than that the frame was processed. */
export interface Processed {
  /** Headers of the RECEIPT beside its id. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What must hold before the RECEIPT is sent; later frames do not wait for it, later RECEIPTs do. */
  readonly after?: Promise<void> | undefined;
  /** Whether later RECEIPTs wait for it although it has none: they say that all before them was processed. */
  readonly heldUp?: boolean;
  /**
   * Called once the RECEIPT is in the outbox, or at once when none was asked for. It is not named `then`: a
   * promise of this would take it for another promise.
   */
  readonly sent?: () => void;
  /** The frame was answered otherwise: there is no RECEIPT. */
  readonly withheld?: boolean;
}

/** A RECEIPT that waits for something, or for another before it. */
interface Waiting {
  readonly receipt: string | undefined;
  readonly processed: Processed;
  settled: boolean;
  failure: unknown;
}

/**
 * Sends RECEIPTs [STOMP 1.2, RECEIPT]. One that waits holds up those behind it and nothing else; one whose
 * condition fails is not sent, and `failed` is told instead.
 */
export class Receipts {
  readonly #outbox: Outbox;
  readonly #version: () => Version;
  readonly #done: () => void;
  #waiting: Waiting[] | undefined;

  /** @param done - hears, when RECEIPTs had to wait, that none does any more */
  constructor(outbox: Outbox, version: () => Version, done: () => void = () => {}) {
    this.#outbox = outbox;
    this.#version = version;
    this.#done = done;
  }

  /** Whether a RECEIPT is still to come. */
  get pending(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * A frame was processed.
   *
   * @param receipt - its `receipt` header, if it has one
   * @param failed - hears what a condition failed with, in the place of the RECEIPT
   */
  processed(
    receipt: string | undefined,
    processed: Processed | undefined,
    failed: (error: unknown) => void,
  ): void {
    const after = processed?.after;
    if (receipt === undefined && !processed?.heldUp) {
      after?.catch(failed);
      return processed?.sent?.();
    }
    if (after === undefined && this.#waiting === undefined) return this.#send(receipt, processed);
    const waiting: Waiting = {
      receipt,
      processed: processed ?? {},
      settled: after === undefined,
      failure: undefined,
    };
    this.#waiting ??= [];
    this.#waiting.push(waiting);
    after?.then(
      () => this.#settle(waiting),
      (error: unknown) => {
        waiting.failure = { error };
        failed(error);
        this.#settle(waiting);
      },
    );
  }

  #settle(waiting: Waiting): void {
    waiting.settled = true;
    while (this.#waiting?.[0]?.settled) {
      const { receipt, processed, failure } = this.#waiting.shift()!;
      if (failure === undefined) this.#send(receipt, processed);
      if (this.#waiting.length > 0) continue;
      this.#waiting = undefined;
      this.#done();
    }
  }

  #send(receipt: string | undefined, processed: Processed | undefined): void {
    if (receipt !== undefined) this.#outbox.send(receiptFrame(receipt, this.#version(), processed?.headers));
    processed?.sent?.();
  }
}
