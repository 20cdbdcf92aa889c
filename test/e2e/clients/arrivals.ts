// What has come so far, and waiting for what is still to come: for an event, never for time.

/** How long a test waits for what must come, in ms: far longer than it takes, so that a failure says what is missing. */
const patience = 20_000;

/** Everything that came from somewhere, in its order. */
export class Arrivals<T> {
  readonly all: T[] = [];
  readonly #describe: (one: T) => string;
  readonly #checks = new Set<() => void>();
  #over: string | undefined;

  /** @param describe - names one for the error that tells what came instead */
  constructor(describe: (one: T) => string = String) {
    this.#describe = describe;
  }

  push(one: T): void {
    this.all.push(one);
    for (const check of [...this.#checks]) check();
  }

  /** Nothing more will come: who still waits is told at once. */
  end(why: string): void {
    this.#over = why;
    for (const check of [...this.#checks]) check();
  }

  /** The first that fits, come already or still to come. */
  first(fits: (one: T) => boolean, what: string): Promise<T> {
    let seen = 0;
    return this.#until(() => {
      while (seen < this.all.length) {
        const one = this.all[seen++]!;
        if (fits(one)) return one;
      }
      return undefined;
    }, what);
  }

  /** The first `count`, once there are as many. */
  count(count: number): Promise<readonly T[]> {
    return this.#until(
      () => (this.all.length < count ? undefined : this.all.slice(0, count)),
      `${count} of them`,
    );
  }

  #until<R>(find: () => R | undefined, what: string): Promise<R> {
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        settle();
      };
      const check = (): void => {
        const now = find();
        if (now !== undefined) done(() => resolve(now));
        else if (this.#over !== undefined) done(() => reject(this.#missing(what, this.#over!)));
      };
      const timer = setTimeout(
        () => done(() => reject(this.#missing(what, `${patience} ms went by`))),
        patience,
      );
      this.#checks.add(check);
      check();
    });
  }

  #missing(what: string, why: string): Error {
    const came = this.all.slice(-5).map(this.#describe);
    return new Error(
      `waited for ${what}, but ${why}; ${this.all.length} came, the last: ${came.join(' | ') || 'none'}`,
    );
  }
}
