// Work of a room one after the other, so that notifications come in the order of the messages, and deletions after them.

/** So many wait in a room; what comes then is not done. */
const mostWaiting = 1000;

/** The line of one room. */
interface Line {
  waiting: number;
  last: Promise<void>;
}

/** Lines of work, one for each room that has any. */
export class RoomTurns {
  readonly #lines = new Map<string, Line>();
  readonly #failed: (error: unknown) => void;

  /** @param failed - hears of work that fails; the next goes on */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** How many rooms have work. */
  get size(): number {
    return this.#lines.size;
  }

  /** Puts work at the end of a room's line. @returns whether there was a place */
  add(roomId: string, work: () => Promise<void>): boolean {
    const line = this.#lines.get(roomId) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= mostWaiting) return false;
    this.#lines.set(roomId, line);
    line.waiting++;
    line.last = line.last
      .then(work)
      .catch(this.#failed)
      .then(() => {
        if (--line.waiting === 0) this.#lines.delete(roomId);
      });
    return true;
  }
}
