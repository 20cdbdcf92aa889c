// Read receipts: how far somebody has read, told to the room in batches and to the reader's other devices at once.
import type { History } from '../../index.ts';
import type { LiveRepository } from '../live-repository.ts';
import { ChatProblem } from '../problem.ts';
import type { ChatRepository } from '../repository.ts';
import type { ReadMark } from '../room.ts';

/** What reading stands on. */
export interface ReadingParts {
  readonly repository: Pick<ChatRepository, 'reading'>;
  readonly shared: Pick<LiveRepository, 'notices'>;
  readonly history: Pick<History, 'page' | 'numberOf'>;
  /** Where the messages of a room are. */
  readonly topicOf: (roomId: string) => string;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Marks are gathered for so many milliseconds before a room is told. */
  readonly gather: number;
  /** Whether a room is small enough that everybody is told of everybody. */
  readonly isTold: (roomId: string) => boolean;
  /** Tells a room. */
  readonly publish: (roomId: string, read: RoomRead) => void;
  /** Hears of a mark that has moved. */
  readonly moved: (mark: ReadMark) => void;
}

/** How far people have read since the last time. */
export interface RoomRead {
  readonly roomId: string;
  readonly marks: readonly {
    readonly user: string;
    readonly number: number;
    /** ISO 8601, UTC. */
    readonly at: string;
  }[];
}

/** Up to which message, by its number or its message-id. */
export interface ReadUpTo {
  readonly number?: number | undefined;
  readonly messageId?: string | undefined;
}

/** So many marks travel together. */
const perMessage = 200;

/** Moves marks, forward only. */
export class Reading {
  readonly #parts: ReadingParts;
  readonly #gathered = new Map<string, Map<string, ReadMark>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  /**
   * Somebody who may read a room has read up to a message. A number beyond the newest message counts as that: nobody has
   * read what was not said.
   *
   * @returns the mark as it is now; `undefined`: nothing was said there yet
   * @throws {ChatProblem} `bad-request`
   */
  async read(roomId: string, user: string, upTo: ReadUpTo): Promise<ReadMark | undefined> {
    const asked = this.#numberOf(roomId, upTo);
    const number = Math.min(asked, await this.newest(roomId));
    if (number <= 0) return undefined;
    const { repository, shared, clock } = this.#parts;
    const { mark, moved } = await repository.reading.advance({ roomId, user, number, at: clock() });
    if (!moved) return mark;
    await shared.notices.read(user, roomId, number);
    this.#parts.moved(mark);
    this.#tell(mark);
    return mark;
  }

  /** How far everybody has read, for who comes to look; nobody of a room of too many. */
  async all(roomId: string): Promise<RoomRead> {
    const { repository, isTold } = this.#parts;
    const { items } = isTold(roomId)
      ? await repository.reading.in(roomId, { limit: perMessage })
      : { items: [] };
    return { roomId, marks: items.map(shown) };
  }

  /**
   * Who comes into a room has read what was said before, up to the number of its newest message.
   *
   * @param tells - whether the others hear of it: of who was taken in, and has seen nothing of it yet, they do not
   */
  async begin(roomId: string, user: string, number: number, tells: boolean): Promise<void> {
    if (number <= 0) return;
    const { repository, clock } = this.#parts;
    const { mark, moved } = await repository.reading.advance({ roomId, user, number, at: clock() });
    if (moved && tells) this.#tell(mark);
  }

  /** The number of the newest message of a room; 0: there is none. */
  async newest(roomId: string): Promise<number> {
    const { history, topicOf } = this.#parts;
    const { messages } = await history.page(topicOf(roomId), { limit: 1 });
    return messages[0]?.number ?? 0;
  }

  /** Tells what is gathered, and nothing more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered.clear();
  }

  #numberOf(roomId: string, { number, messageId }: ReadUpTo): number {
    if (number !== undefined) return number;
    if (messageId === undefined)
      throw new ChatProblem(
        'bad-request',
        'say up to which message you have read: its number, or its messageId',
      );
    return this.#parts.history.numberOf(this.#parts.topicOf(roomId), messageId);
  }

  #tell(mark: ReadMark): void {
    if (!this.#parts.isTold(mark.roomId)) return;
    const marks = this.#gathered.get(mark.roomId) ?? new Map<string, ReadMark>();
    this.#gathered.set(mark.roomId, marks.set(mark.user, mark));
    this.#timer ??= setTimeout(() => this.#flush(), this.#parts.gather).unref();
  }

  #flush(): void {
    this.#timer = undefined;
    const gathered = [...this.#gathered];
    this.#gathered.clear();
    for (const [roomId, byUser] of gathered) {
      const marks = Array.from(byUser.values(), shown);
      for (let at = 0; at < marks.length; at += perMessage)
        this.#parts.publish(roomId, { roomId, marks: marks.slice(at, at + perMessage) });
    }
  }
}

function shown({ user, number, at }: ReadMark): RoomRead['marks'][number] {
  return { user, number, at: new Date(at).toISOString() };
}
