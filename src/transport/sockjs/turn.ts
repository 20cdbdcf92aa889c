// One turn of the event loop: sessions that were sent several messages in it make one frame of them.

/** What is flushed at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** Shared by the sessions of an endpoint, so that a turn costs one callback. */
export class TurnEnd {
  #waiting: Flushable[] = [];

  /** Flushes a session once all input that is ready now was read; it adds itself once a turn. */
  add(session: Flushable): void {
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(session);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const session of waiting) session.flush();
  };
}
