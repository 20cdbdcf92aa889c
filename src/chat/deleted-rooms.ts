// What was said in a room that was deleted is taken away, in the background; then its id is free again.
//
// Nobody can make a room of an id that is not released, so what stands in its log while that holds is of the room that was
// deleted, whoever takes it away, and on however many nodes: first the newest message is looked for, then whether the id
// still is not released, then all up to that message goes. The id is released once nobody can write there any more by an
// answer about access from before, and nothing is left. What this leaves half-done, the next round or the next start does.
import type { History } from '../index.ts';
import type { RoomShelf } from './repository.ts';

/** What it stands on. */
export interface DeletedRoomsParts {
  readonly rooms: () => Pick<RoomShelf, 'find' | 'wasDeleted' | 'deleted' | 'release'>;
  readonly history: Pick<History, 'page' | 'clear'>;
  readonly destinationOf: (roomId: string) => string;
  /** For so long somebody may still write to a room that was deleted, in milliseconds. */
  readonly grace: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

/** Between two looks for what other nodes have left, in milliseconds. */
const lookEvery = 10 * 60_000;
/** Ids of a part of the list. */
const partSize = 100;

/** Takes away what was said in rooms that were deleted. */
export class DeletedRooms {
  readonly #parts: DeletedRoomsParts;
  /** Since when a room is known to be deleted. */
  readonly #since = new Map<string, number>();
  #running = false;
  /** What came while a round was running may stand before where that is. */
  #again = false;
  #later: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: DeletedRoomsParts) {
    this.#parts = parts;
  }

  /** Begins with what is left over. */
  start(): void {
    this.#look();
  }

  /** A room was deleted here. */
  deleted(id: string): void {
    this.heard(id);
    this.#look();
  }

  /** A room was deleted, on whichever node: of an id that was released and used again, the time begins anew. */
  heard(id: string): void {
    if (this.#since.has(id)) this.#since.set(id, this.#parts.now());
  }

  /** What it is at may fail or go on for a moment; it is nobody's loss. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#later);
  }

  /** Goes through all of them once. */
  async round(): Promise<void> {
    const { rooms } = this.#parts;
    const left = new Set<string>();
    for (let after: string | undefined; !this.#stopped; ) {
      const { items, next } = await rooms().deleted({ limit: partSize, after });
      for (const id of items) {
        if (this.#stopped) return;
        if (!(await this.#clear(id).catch((error: unknown) => this.#failed(error)))) left.add(id);
      }
      if (next === undefined) break;
      after = next;
    }
    for (const id of this.#since.keys()) if (!left.has(id)) this.#since.delete(id);
  }

  /** @returns whether nothing of it is left */
  async #clear(id: string): Promise<boolean> {
    const { rooms, history, destinationOf, grace, now } = this.#parts;
    if (!this.#since.has(id)) this.#since.set(id, now());
    if ((await rooms().find(id)) !== undefined) return false; // it is being deleted at this moment
    const destination = destinationOf(id);
    const { messages } = await history.page(destination, { limit: 1 });
    if (!(await rooms().wasDeleted(id))) return true;
    if (messages[0] !== undefined) await history.clear(destination, messages[0].number);
    if (now() - (this.#since.get(id) ?? now()) < grace) return false;
    await rooms().release(id);
    this.#since.delete(id);
    return true;
  }

  #look(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#running) void this.#lookNow();
  }

  async #lookNow(): Promise<void> {
    clearTimeout(this.#later);
    this.#running = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.round().catch((error: unknown) => this.#failed(error));
    }
    this.#running = false;
    const pause = this.#since.size > 0 ? this.#parts.grace : lookEvery;
    if (!this.#stopped) this.#later = setTimeout(() => this.#look(), pause).unref();
  }

  #failed(error: unknown): false {
    if (!this.#stopped) this.#parts.failed(error);
    return false;
  }
}
