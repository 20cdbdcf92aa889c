// How much one consumer may have of several queues together.

/** What it has, and what was asked for in its name, against what it may have. */
export class Credit {
  readonly #most: number;
  readonly #roomMade: () => void;
  #taken = 0;

  /**
   * @param most - 0: no bound
   * @param roomMade - hears that there is room again where there was none
   */
  constructor(most: number, roomMade: () => void = () => {}) {
    this.#most = most === 0 ? Number.POSITIVE_INFINITY : most;
    this.#roomMade = roomMade;
  }

  /** How many more it may have. */
  get room(): number {
    return Math.max(0, this.#most - this.#taken);
  }

  take(count = 1): void {
    this.#taken += count;
  }

  give(count = 1): void {
    const wasFull = this.room === 0;
    this.#taken -= count;
    if (wasFull && this.room > 0) this.#roomMade();
  }
}
