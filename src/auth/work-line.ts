// A line for costly work: so much at a time, so much waiting, and what comes on top is told to come back.
import { unavailable } from './refusal.ts';

/** Runs asynchronous work in the order in which it came. */
export class WorkLine {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * @param atOnce - how much runs at a time
   * @param mostWaiting - how much may wait behind it
   */
  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws {StompwireError} `authentication-unavailable` when the line is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting)
      return Promise.reject(unavailable(`${this.#mostWaiting} checks of passwords wait already`));
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Hands the place on to who waits longest, or gives it back. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}
