// The idempotency keys that a log knows: each for its window, and no more than may be kept.
import type { Position } from '../message/position.ts';

interface Known {
  readonly position: Position;
  /** Until when it is known, in milliseconds of a clock that only goes on. */
  readonly until: number;
}

/** Keys and what they stand for, the oldest first: at the bound these go. */
export class KnownKeys {
  readonly #known = new Map<string, Known>();
  readonly #limit: number;

  /** @param limit - how many are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The place of the message that came with a key. */
  find(destination: string, key: string, now: number): Position | undefined {
    const known = this.#known.get(nameOf(destination, key));
    return known !== undefined && now < known.until ? known.position : undefined;
  }

  add(destination: string, key: string, position: Position, until: number): void {
    const name = nameOf(destination, key);
    this.#known.delete(name); // so that it stands at the end again
    this.#known.set(name, { position, until });
    if (this.#known.size > this.#limit) this.#known.delete(this.#known.keys().next().value!);
  }

  /** Forgets those whose window is over. */
  sweep(now: number): void {
    for (const [name, { until }] of this.#known) if (until <= now) this.#known.delete(name);
  }
}

/** No destination holds a control character. */
function nameOf(destination: string, key: string): string {
  return `${destination}\n${key}`;
}
