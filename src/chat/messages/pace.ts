// How fast one user may say something in one room, or by requests.
import { StompwireError } from '../../index.ts';

/** Whoever is remembered beyond so many has been silent longest, or all are fast: then somebody begins anew. */
const remembered = 100_000;

/** An even pace with room for a burst, for each user in each place, such as a room. Source: GCRA, ITU-T I.371. */
export class Pace {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #where: (place: string) => string;
  /** When the next message of somebody would be due at an even pace. */
  readonly #due = new Map<string, number>();

  /**
   * @param perSecond - 0: no bound
   * @param burst - how many may come at once after a time of silence
   * @param now - milliseconds that never go back
   * @param where - says of a place what it is; default: a room
   */
  constructor(
    perSecond: number,
    burst: number,
    now: () => number,
    where: (place: string) => string = (roomId) => `in room '${roomId}'`,
  ) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#where = where;
  }

  /** @throws {StompwireError} `rate-limited`, with the time after which it may be tried again */
  take(place: string, user: string): void {
    if (this.#perSecond === 0) return;
    const each = 1000 / this.#perSecond;
    const now = this.#now();
    const key = `${place}\n${user}`;
    const due = Math.max(now, this.#due.get(key) ?? 0);
    const early = due - now - each * (this.#burst - 1);
    if (early > 0) {
      const retryAfter = Math.ceil(early);
      const message = `more than ${this.#perSecond} messages a second ${this.#where(place)}; try again in ${retryAfter} ms`;
      throw new StompwireError('rate-limited', message, { retryAfter });
    }
    this.#due.delete(key); // to the end: who is silent longest goes first
    this.#due.set(key, due + each);
    if (this.#due.size > remembered) this.#due.delete(this.#due.keys().next().value!);
  }
}
