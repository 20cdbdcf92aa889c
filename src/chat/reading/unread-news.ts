// What members are told of their unread counts: once for all that was said in a room meanwhile.
import type { UnreadCount } from './unread.ts';

/** What telling stands on. */
export interface UnreadNewsParts {
  readonly counts: {
    of(user: string, roomId: string): Promise<UnreadCount>;
    ofMany(users: readonly string[], roomId: string): Promise<ReadonlyMap<string, UnreadCount>>;
  };
  /** The members of a room; none: there are too many to be told. */
  readonly members: (roomId: string) => Promise<readonly string[] | undefined>;
  /** Whether somebody is connected, on any node. */
  readonly isThere: (user: string) => boolean;
  readonly tell: (user: string, count: UnreadCount) => Promise<void>;
  /** What is said is gathered for so many milliseconds. */
  readonly gather: number;
  /** Hears of counts that could not be told. */
  readonly failed: (error: unknown) => void;
}

/** Tells counts. */
export class UnreadNews {
  readonly #parts: UnreadNewsParts;
  #rooms = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: UnreadNewsParts) {
    this.#parts = parts;
  }

  /** Something was said in a room, or changed. */
  changed(roomId: string): void {
    if (this.#closed) return;
    this.#rooms.add(roomId);
    this.#timer ??= setTimeout(() => void this.#flush(), this.#parts.gather).unref();
  }

  /** Somebody has read further in a room: the devices of that user are told. */
  async read(user: string, roomId: string): Promise<void> {
    try {
      await this.#parts.tell(user, await this.#parts.counts.of(user, roomId));
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  /** Tells nothing more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** What is said meanwhile waits for the next time. */
  async #flush(): Promise<void> {
    const rooms = this.#rooms;
    this.#rooms = new Set();
    for (const roomId of rooms) await this.#tellRoom(roomId).catch(this.#parts.failed);
    this.#timer = undefined;
    const [more] = this.#rooms;
    if (more !== undefined) this.changed(more);
  }

  async #tellRoom(roomId: string): Promise<void> {
    const { counts, members, isThere, tell } = this.#parts;
    const users = (await members(roomId))?.filter(isThere) ?? [];
    if (users.length === 0 || this.#closed) return;
    for (const [user, count] of await counts.ofMany(users, roomId)) await tell(user, count);
  }
}
