// The logs of one partition that a node follows: those of its destinations, and some that its patterns cover.
import type { Position } from '../../message/position.ts';
import { asUnavailable } from './lane.ts';
import type { LogPage, NoPage } from './pages.ts';
import type { LivePayload } from './payload.ts';
import { Tail, type TailParts } from './tail.ts';

/** What tails stand on. */
export interface TailsParts extends Pick<TailParts, 'deliver' | 'mended'> {
  read(destination: string, after: Position, limit: number): Promise<LogPage | NoPage>;
  clock(): number;
  /** Whether a destination is listened to by itself. */
  exact(destination: string): boolean;
}

/** So many logs are followed that only a pattern covers; a hole in others is not noticed. */
const mostCovered = 2000;

/** How long until a log is asked for again that could not be read, in milliseconds. */
const askAgain = 50;

export class Tails {
  readonly #parts: TailsParts;
  readonly #tails = new Map<string, Tail>();

  constructor(parts: TailsParts) {
    this.#parts = parts;
  }

  get all(): Iterable<Tail> {
    return this.#tails.values();
  }

  /** The epoch that was heard last; 0: none. */
  epochOf(destination: string): number {
    return this.#tails.get(destination)?.at.epoch ?? 0;
  }

  /** The tail of a log that a message belongs to; one that is met by a pattern begins with that message. */
  of({ destination, epoch, seq, fence }: LivePayload): Tail {
    const known = this.#tails.get(destination);
    if (known !== undefined) return known;
    const tail = this.#newTail(destination);
    tail.open({ epoch, seq: seq - 1 }, fence);
    return tail;
  }

  /** Follows a log from where it stands: what is appended later comes, for its channel is listened to. */
  async open(destination: string, deadline: number): Promise<void> {
    const tail = this.#tails.get(destination) ?? this.#newTail(destination);
    while (!tail.opened && this.#tails.get(destination) === tail) {
      try {
        const page = await this.#parts.read(destination, { epoch: 0, seq: 0 }, 0);
        tail.open('top' in page ? page.top : { epoch: 0, seq: 0 }, page.fence);
      } catch (error) {
        if (this.#parts.clock() >= deadline) throw asUnavailable(error);
        await new Promise((resolve) => setTimeout(resolve, askAgain));
      }
    }
  }

  close(destination: string): void {
    this.#tails.get(destination)?.close();
    this.#tails.delete(destination);
  }

  closeAll(): void {
    for (const tail of this.#tails.values()) tail.close();
    this.#tails.clear();
  }

  #newTail(destination: string): Tail {
    if (this.#tails.size >= mostCovered) this.#forgetOne();
    const tail = new Tail(destination, {
      read: async (after, limit) => {
        const page = await this.#parts.read(destination, after, limit);
        return 'top' in page ? page : undefined;
      },
      deliver: this.#parts.deliver,
      mended: this.#parts.mended,
    });
    this.#tails.set(destination, tail);
    return tail;
  }

  #forgetOne(): void {
    for (const destination of this.#tails.keys())
      if (!this.#parts.exact(destination)) return this.close(destination);
  }
}
