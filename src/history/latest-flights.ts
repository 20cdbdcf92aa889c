// Questions whose answers change: who asks while one is on its way shares the next one, never an older answer.
import type { Soon } from '../channel/channel.ts';

/** A question that is on its way, and the one behind it for all who came meanwhile. */
interface Flight<T> {
  readonly now: Promise<T>;
  next: Promise<T> | undefined;
}

/** Asks at most one question per key at a time. What is answered at once is not kept. */
export class LatestFlights<T> {
  readonly #ask: (key: string) => Soon<T>;
  readonly #flights = new Map<string, Flight<T>>();

  constructor(ask: (key: string) => Soon<T>) {
    this.#ask = ask;
  }

  /** An answer to a question that begins after this call. */
  async get(key: string): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#begin(key);
    flight.next ??= flight.now.then(
      () => this.#begin(key),
      () => this.#begin(key),
    );
    return flight.next;
  }

  #begin(key: string): Soon<T> {
    const now = this.#ask(key);
    if (!(now instanceof Promise)) {
      this.#flights.delete(key);
      return now;
    }
    const flight: Flight<T> = { now, next: undefined };
    this.#flights.set(key, flight);
    const ended = (): void => {
      if (this.#flights.get(key) === flight && flight.next === undefined) this.#flights.delete(key);
    };
    now.then(ended, ended);
    return now;
  }
}
