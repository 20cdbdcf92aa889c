// Frames that asked for a receipt, and wait for it or for the refusal in its place.
import { ExpectationError, Refusal } from './failures.ts';
import type { Received } from './received.ts';

interface Request {
  readonly what: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The requests of one client. */
export class Requests {
  readonly #open = new Map<string, Request>();
  readonly #within: number;
  #over: Error | undefined;
  #made = 0;

  /** @param within - milliseconds of real time */
  constructor(within: number) {
    this.#within = within;
  }

  /**
   * Sends something that asks for a receipt; done when that has come.
   *
   * @param what - for failures: `SEND to /app/x`
   * @throws {Refusal} when the server refused
   * @throws {ExpectationError} when no answer came in time
   */
  ask(what: string, send: (receipt: string) => void): Promise<void> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const receipt = `kit-${this.#made++}`;
    return new Promise((resolve, reject) => {
      const late = new ExpectationError(`expected an answer to ${what}: none came within ${this.#within} ms`);
      const timer = setTimeout(() => this.#settle(receipt)?.reject(late), this.#within);
      this.#open.set(receipt, { what, timer, resolve, reject });
      send(receipt);
    });
  }

  /** Whether a frame was the answer to a request: a RECEIPT, or what was told in its place. */
  answered(frame: Received): boolean {
    const request = this.#settle(frame.headers['receipt-id']);
    if (request === undefined) return false;
    if (frame.command === 'RECEIPT') request.resolve();
    else request.reject(new Refusal(request.what, frame));
    return true;
  }

  /** Nothing more is answered. */
  end(why: string, last: Received | undefined): void {
    const over = (what: string): Error =>
      last === undefined
        ? new ExpectationError(`expected an answer to ${what}: ${why}`)
        : new Refusal(what, last);
    this.#over ??= new ExpectationError(why);
    for (const [receipt, { what }] of this.#open) this.#settle(receipt)?.reject(over(what));
  }

  #settle(receipt: string | undefined): Request | undefined {
    if (receipt === undefined) return undefined;
    const request = this.#open.get(receipt);
    this.#open.delete(receipt);
    clearTimeout(request?.timer);
    return request;
  }
}
