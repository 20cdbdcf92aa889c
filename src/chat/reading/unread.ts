// Unread: how many messages of others somebody has not read, counted from the read mark and the log.
import type { History, HistoryMessage } from '../../index.ts';
import type { ChatRepository } from '../repository.ts';
import { marksOf } from './marks.ts';

/** What somebody has not read of a room. */
export interface UnreadCount {
  readonly roomId: string;
  /** Exact up to 99. */
  readonly unread: number;
  /** There are more than `unread`: people are shown `99+`. */
  readonly more?: true;
  /** The number of the last message that was read; 0: none was. */
  readonly read: number;
  /** The number of the newest message that was looked at: of two counts, that of the newer one holds. */
  readonly upTo: number;
}

/** What counting stands on. */
export interface UnreadParts {
  readonly repository: Pick<ChatRepository, 'reading' | 'members'>;
  readonly history: Pick<History, 'page'>;
  /** Where the messages of a room are. */
  readonly topicOf: (roomId: string) => string;
}

/** More than that is not counted. */
const most = 99;
/** Messages of a page. */
const pageSize = 200;
/** So many messages are looked at; whoever has read none of so many has more than 99, or a room of noise. */
const lookedAt = 5 * pageSize;
/** The rooms of one user that are counted, unless more are asked for. */
const usualRooms = 200;
/** Rooms that are counted at a time. */
const atOnce = 8;

/** Counts what is unread. */
export class Unread {
  readonly #parts: UnreadParts;

  constructor(parts: UnreadParts) {
    this.#parts = parts;
  }

  /** What a user has not read of a room. */
  async of(user: string, roomId: string): Promise<UnreadCount> {
    const marks = await this.#parts.repository.reading.of(user, [roomId]);
    return this.#count(user, roomId, marks[0]?.number ?? 0);
  }

  /** What a user has not read, in the rooms that the user is a member of; at most so many. */
  async all(user: string, limit = usualRooms): Promise<UnreadCount[]> {
    const { members, reading } = this.#parts.repository;
    const counts: UnreadCount[] = [];
    for (let after: string | undefined; counts.length < limit; ) {
      const most = Math.min(atOnce, limit - counts.length);
      const { items, next } = await members.roomsOf(user, { limit: most, after });
      const ids = items.map(({ id }) => id);
      const marks = new Map((await reading.of(user, ids)).map((mark) => [mark.roomId, mark.number]));
      counts.push(...(await Promise.all(ids.map((id) => this.#count(user, id, marks.get(id) ?? 0)))));
      if (next === undefined) break;
      after = next;
    }
    return counts;
  }

  /** What some users have not read of a room, by one look at its newest messages for all of them. */
  async ofMany(users: readonly string[], roomId: string): Promise<Map<string, UnreadCount>> {
    const marks = await marksOf(this.#parts.repository, roomId, users);
    const { messages, next } = await this.#page(roomId, 0, undefined);
    const counts = new Map<string, UnreadCount>();
    for (const user of users) {
      const read = marks.get(user) ?? 0;
      const counting = new Counting(user, read);
      const isDone = counting.take(messages) || next === undefined;
      const count = isDone ? counting.result(roomId) : await this.#count(user, roomId, read);
      counts.set(user, count);
    }
    return counts;
  }

  async #count(user: string, roomId: string, read: number): Promise<UnreadCount> {
    const counting = new Counting(user, read);
    for (let cursor: string | undefined, looked = 0; looked < lookedAt; looked += pageSize) {
      const { messages, next } = await this.#page(roomId, read, cursor);
      if (counting.take(messages) || next === undefined) return counting.result(roomId);
      cursor = next;
    }
    return { ...counting.result(roomId), more: true };
  }

  #page(roomId: string, after: number, cursor: string | undefined): ReturnType<History['page']> {
    const { history, topicOf } = this.#parts;
    const asked = { limit: pageSize, order: 'newest', cursor } as const;
    return history.page(topicOf(roomId), after > 0 ? { ...asked, after } : asked);
  }
}

/** One count, from the newest message on: what deletes a message comes before it. */
class Counting {
  readonly #user: string;
  readonly #read: number;
  readonly #deleted = new Set<unknown>();
  #unread = 0;
  #upTo: number;

  constructor(user: string, read: number) {
    this.#user = user;
    this.#read = read;
    this.#upTo = read;
  }

  /** @returns whether it is done: the mark is reached, or there are more than anybody counts */
  take(messages: readonly HistoryMessage[]): boolean {
    for (const message of messages) {
      if (message.number <= this.#read) return true;
      this.#upTo = Math.max(this.#upTo, message.number);
      if (this.#counts(message)) this.#unread++;
      if (this.#unread > most) return true;
    }
    return false;
  }

  result(roomId: string): UnreadCount {
    const unread = Math.min(this.#unread, most);
    const count = { roomId, unread, read: this.#read, upTo: this.#upTo };
    return this.#unread > most ? { ...count, more: true } : count;
  }

  #counts({ tombstone, body, sender, messageId }: HistoryMessage): boolean {
    if (tombstone !== undefined) return false;
    const { messageType = 'MESSAGE', of } = readMessage(body);
    if (messageType === 'DELETE') this.#deleted.add(of);
    return messageType === 'MESSAGE' && sender !== this.#user && !this.#deleted.has(messageId);
  }
}

/** What the body of a message says; nothing where it is none of the chat's. */
export function readMessage(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const read = JSON.parse(body.toString()) as unknown;
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
