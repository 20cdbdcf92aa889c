// Frames that came and that nobody has taken yet, and who waits for which.
import { described, ExpectationError, listed } from './failures.ts';
import { type Expected, fits, type Received } from './received.ts';

/** What is waited for, and how long. */
export interface Waiting {
  /** What the frame must be; default: any. Those that do not fit stay, for who asks next. */
  readonly matching?: Expected;
  /** Milliseconds of real time; default: what `startTestApp` was told, or 2000. */
  readonly within?: number;
}

interface Waiter {
  readonly expected: Expected | undefined;
  readonly take: (frame: Received) => void;
  readonly fail: (why: string) => void;
}

/** Frames in the order in which they came. */
export class Mailbox {
  readonly #what: string;
  readonly #within: number;
  readonly #frames: Received[] = [];
  readonly #waiters = new Set<Waiter>();
  #over: string | undefined;

  /** @param what - what comes here, for failures: `a message on /topic/x` */
  constructor(what: string, within: number) {
    this.#what = what;
    this.#within = within;
  }

  /** What came and was not taken. */
  get frames(): readonly Received[] {
    return this.#frames;
  }

  put(frame: Received): void {
    for (const waiter of this.#waiters) {
      if (fits(frame, waiter.expected)) return waiter.take(frame);
    }
    this.#frames.push(frame);
  }

  /** Nothing more will come. */
  end(why: string): void {
    this.#over ??= why;
    for (const waiter of this.#waiters) waiter.fail(why);
  }

  /** Takes the first frame that fits. @throws {ExpectationError} */
  async next({ matching, within = this.#within }: Waiting = {}): Promise<Received> {
    const at = this.#frames.findIndex((frame) => fits(frame, matching));
    if (at >= 0) return this.#frames.splice(at, 1)[0]!;
    if (this.#over !== undefined) throw this.#failure(matching, this.#over);
    return this.#wait(matching, within);
  }

  #wait(expected: Expected | undefined, within: number): Promise<Received> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const take = (frame: Received): void => {
        done();
        resolve(frame);
      };
      const fail = (why: string): void => {
        done();
        reject(this.#failure(expected, why));
      };
      const waiter: Waiter = { expected, take, fail };
      const timer = setTimeout(() => fail(`nothing like it came within ${within} ms`), within);
      this.#waiters.add(waiter);
    });
  }

  #failure(expected: Expected | undefined, why: string): ExpectationError {
    const instead =
      this.#frames.length === 0 ? '; nothing came' : `; what came instead:${listed(this.#frames)}`;
    return new ExpectationError(`expected ${this.#what}${described(expected)}: ${why}${instead}`);
  }
}
