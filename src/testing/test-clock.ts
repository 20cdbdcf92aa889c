// Time that goes on only when a test says so: on the server's wheel, and in its calendar.
import { TimingWheel, tickMs } from '../time/wheel.ts';

/** A clock that is turned by hand. */
export class TestClock {
  readonly wheel: TimingWheel;
  readonly #begin = Date.now();
  #passed = 0;

  constructor() {
    this.wheel = new TimingWheel(() => this.#passed);
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#begin + this.#passed;

  /** Lets time go by, tick by tick; what a tick sets off is done before the next. */
  async advance(milliseconds: number): Promise<void> {
    for (const until = this.#passed + milliseconds; this.#passed < until; ) {
      this.#passed = Math.min(this.#passed + tickMs, until);
      this.wheel.advance();
      await settled();
    }
    await settled();
  }
}

/** Done when what is ready now has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
