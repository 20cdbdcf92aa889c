// The interceptor line: what every frame passes through, each interceptor calling the next.

/** A result now or later. What can be done at once is done at once: order and speed both depend on it. */
export type Soon<T> = T | Promise<T>;

/**
 * Sees something pass: runs before it, calls `next()` once to let it pass, runs after it. It refuses by
 * throwing, drops by not calling `next`, hears of a failure as `next()` throws or rejects.
 * Source: Spring's `ChannelInterceptor` (preSend, postSend, afterSendCompletion), in one function.
 */
export type Interceptor<C> = (context: C, next: () => Soon<void>) => Soon<void>;

/**
 * A line of interceptors. Those added first see a frame first. With no interceptor, or only synchronous
 * ones, `run` finishes before it returns.
 */
export class Channel<C> {
  readonly #line: Interceptor<C>[] = [];
  /** How many of the line stay behind those that are added. */
  #lasting = 0;

  /** Whether nobody looks at what passes. */
  get empty(): boolean {
    return this.#line.length === 0;
  }

  /** Adds an interceptor at the end of the line. */
  use(interceptor: Interceptor<C>): this {
    this.#line.splice(this.#line.length - this.#lasting, 0, interceptor);
    return this;
  }

  /** Adds an interceptor that stays behind all that are added with `use`, now and later. */
  useLast(interceptor: Interceptor<C>): this {
    this.#line.push(interceptor);
    this.#lasting++;
    return this;
  }

  /** Runs the line on a context; `last` is what the line guards. */
  run(context: C, last: (context: C) => Soon<void>): Soon<void> {
    return this.#line.length === 0 ? last(context) : this.#step(0, context, last);
  }

  #step(at: number, context: C, last: (context: C) => Soon<void>): Soon<void> {
    const interceptor = this.#line[at];
    if (interceptor === undefined) return last(context);
    let called = false;
    return interceptor(context, () => {
      if (called) throw new Error(`interceptor ${interceptor.name || at} called next() twice`);
      called = true;
      return this.#step(at + 1, context, last);
    });
  }
}
