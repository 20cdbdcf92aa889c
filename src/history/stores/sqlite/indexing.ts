// When the words are indexed: while nothing is appended, or, when that never comes, now and then between appends.
import type { TextIndex } from './text-index.ts';
import type { Writing } from './writing.ts';

/** So long nothing was asked: it is idle time, in milliseconds. */
const idle = 4;
/** So many messages behind, it no longer waits for idle time. */
const tooFar = 20_000;
/** After a failure, such as a full disk. */
const pause = 1000;

interface Waiting {
  readonly id: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class Indexing {
  readonly #index: TextIndex;
  readonly #writing: Writing;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(index: TextIndex, writing: Writing) {
    this.#index = index;
    this.#writing = writing;
    this.busy();
  }

  /** Something was asked: idle time begins anew, unless words wait for too long already. */
  busy(): void {
    const behind = this.#writing.lastId - this.#index.mark;
    if (behind <= 0 || (this.#timer !== undefined && behind > tooFar)) return;
    this.#after(this.#waiting.length > 0 ? 0 : idle);
  }

  /** Done when what is there now can be found. */
  settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#writing.lastId, resolve, reject });
      this.#after(0);
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #after(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#advance(), milliseconds);
  }

  /** A slice; messages from the other thread are heard before the next one. */
  #advance(): void {
    this.#timer = undefined;
    try {
      if (this.#index.mark < this.#writing.lastId) this.#index.advance();
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      this.#after(pause);
      return;
    }
    const done = ({ id }: Waiting): boolean => id <= this.#index.mark;
    for (const waiting of this.#waiting.filter(done)) waiting.resolve();
    this.#waiting = this.#waiting.filter((waiting) => !done(waiting));
    if (this.#index.mark < this.#writing.lastId) this.#after(0);
  }
}
