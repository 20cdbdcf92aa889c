// One after another: what need not wait is done at once, what comes behind something slow waits for it.

/** Runs steps in the order in which they are given. A step must not reject. */
export class InOrder {
  /** The end of the line of steps that wait. */
  #last: Promise<void> | undefined;

  /** Whether a step has not ended yet. */
  get waits(): boolean {
    return this.#last !== undefined;
  }

  /** Done when all steps that wait now have ended; none: nothing waits. */
  get settled(): Promise<void> | undefined {
    return this.#last;
  }

  /** Runs a step; behind none that waits, it is begun before this returns. */
  run(step: () => Promise<void> | undefined): void {
    const done = this.#last === undefined ? step() : this.#last.then(step);
    if (done === undefined) return;
    const last = done.then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
  }
}
