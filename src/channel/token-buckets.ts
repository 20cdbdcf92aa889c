// Token buckets by key, each of them one number; full ones are forgotten.

/**
 * Lets so much pass per time, and bursts of more. A bucket is kept as the time at which it will be full again
 * [GCRA, ITU-T I.371]: no timer refills it. One that is full is as good as none, so that two maps take turns,
 * and what was not touched while a bucket fills is dropped with the older one.
 */
export class TokenBuckets {
  /** Milliseconds in which one token comes. */
  readonly #interval: number;
  readonly #burst: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #turnedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param tokens - how many come within the time, in milliseconds
   * @param burst - how many a full bucket holds
   */
  constructor(tokens: number, within: number, burst: number) {
    this.#interval = within / tokens;
    this.#burst = burst;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Takes a token.
   *
   * @param now - milliseconds of a clock that never goes back
   * @returns 0, or the milliseconds after which there is one
   */
  take(key: string, now: number): number {
    this.#turn(now);
    const fullAt = Math.max(this.#young.get(key) ?? this.#old.get(key) ?? 0, now) + this.#interval;
    const missing = fullAt - now - this.#interval * this.#burst;
    if (missing > rounding) return Math.ceil(missing);
    this.#young.set(key, fullAt);
    this.#old.delete(key);
    return 0;
  }

  #turn(now: number): void {
    if (now - this.#turnedAt < this.#interval * this.#burst) return;
    this.#old = now - this.#turnedAt < 2 * this.#interval * this.#burst ? this.#young : new Map();
    this.#young = new Map();
    this.#turnedAt = now;
  }
}

/** Sums of fractions are not exact: less than this many milliseconds is nothing. */
const rounding = 1e-6;
