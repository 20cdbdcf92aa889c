// Dead letters of a server that keeps nothing on disk.
import type { DeadLetter, DeadLetters, FeedEntry } from '../feed.ts';

const usualMost = 1000;

/** Keeps the newest; they are gone with the process. */
export class MemoryDeadLetters implements DeadLetters {
  readonly #letters: DeadLetter[] = [];
  readonly #most: number;
  #last = 0;

  constructor(most = usualMost) {
    this.#most = most;
  }

  async add(entry: FeedEntry, reason: string): Promise<number> {
    this.#letters.push({ id: String(++this.#last), reason, time: Date.now(), entry });
    if (this.#letters.length <= this.#most) return 0;
    this.#letters.shift();
    return 1;
  }

  async list(limit: number, after = '0'): Promise<readonly DeadLetter[]> {
    return this.#letters.filter(({ id }) => Number(id) > Number(after)).slice(0, limit);
  }

  async count(): Promise<number> {
    return this.#letters.length;
  }

  async remove(id: string): Promise<boolean> {
    const at = this.#letters.findIndex((letter) => letter.id === id);
    if (at >= 0) this.#letters.splice(at, 1);
    return at >= 0;
  }
}
