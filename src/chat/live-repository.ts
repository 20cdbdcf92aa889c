// PORT: what the nodes of a chat share for a while: what people are still to be told of, and when they were last there.
import type { ListAsked, Listed } from './listed.ts';
import type { Notice } from './room.ts';

/**
 * Keeps what is shared and short-lived. Each call is atomic, and what it has changed is seen by every call that begins
 * later, on every node. Where it is durable is said by the implementation. A store that is away rejects with
 * `history-unavailable`, one that is full with `history-full`; trying again is right.
 */
export interface LiveRepository {
  /** Opens, makes or migrates the schema. */
  open(): Promise<void>;
  readonly notices: NoticeShelf;
  readonly seen: SeenShelf;
  /** Twice is harmless. */
  close(): Promise<void>;
}

/** A notice that is kept for somebody. */
export interface KeptNotice {
  readonly user: string;
  readonly notice: Notice;
  /** When it shall be posted, in milliseconds since the epoch of Unix; none: never. */
  readonly postAt?: number | undefined;
}

/** What is decided of the messages of a room behind `after`, up to `through`. */
export interface NoticeStep {
  readonly roomId: string;
  readonly after: number;
  readonly through: number;
  readonly kept: readonly KeptNotice[];
  /** The ids of notices that nobody shall have any more: their messages were deleted. */
  readonly dropped: readonly string[];
}

/** Up to which message, by its number, the members of a room are notified. */
export interface NoticedThrough {
  readonly roomId: string;
  readonly through: number;
}

/** A notice that is to be posted now. */
export interface DueNotice {
  readonly user: string;
  readonly notice: Notice;
  /** How often it was taken before. */
  readonly tries: number;
}

/** What waits for those who are away, and how far the log of each room is looked through for it. */
export interface NoticeShelf {
  /** Begins with a room behind a message, unless that was done. @returns up to where people are notified */
  begin(roomId: string, through: number): Promise<number>;
  through(roomId: string): Promise<number | undefined>;
  /** All rooms that were begun with, in any order, each at least once. */
  rooms(asked: ListAsked): Promise<Listed<NoticedThrough>>;
  /**
   * Takes steps, each whole or not at all: where the room is not, or no more, at the step's `after`, somebody else has
   * decided, or the room is gone. What is kept already is not kept twice.
   *
   * @param cap - of one user beyond so many the oldest go
   * @returns which steps were taken
   */
  commit(steps: readonly NoticeStep[], cap: number): Promise<readonly boolean[]>;
  /** Keeps one that could not be told. */
  keep(user: string, notice: Notice, cap: number): Promise<void>;
  /** The oldest first. */
  of(user: string, limit: number): Promise<readonly Notice[]>;
  /**
   * Forgets some, for whoever will tell them.
   *
   * @returns the ids of those that were there: of calls at the same time, on any node, each is in the answer of one
   */
  drop(user: string, ids: readonly string[]): Promise<readonly string[]>;
  /** Forgets those of a room up to a message: it was read. */
  read(user: string, roomId: string, upTo: number): Promise<void>;
  /** Forgets a room, with all that waits of it. */
  end(roomId: string): Promise<void>;
  /**
   * Takes those whose time to be posted has come. Each is one caller's until `leased`; unless {@link posted} says
   * otherwise by then, its time comes again.
   */
  due(now: number, leased: number, limit: number): Promise<readonly DueNotice[]>;
  /** One was posted. @param again - when its time comes again; none: never */
  posted(user: string, id: string, again?: number): Promise<void>;
  /** How many wait to be posted. */
  toPost(): Promise<number>;
}

/** Somebody, by the key of presence, and a moment in milliseconds since the epoch of Unix. */
export type SeenAt = readonly [key: string, at: number];

/** When people were last there. */
export interface SeenShelf {
  /** Moves moments forward, never back. */
  saw(seen: readonly SeenAt[]): Promise<void>;
  /** Forgets all before `since`, and of more people than `most` those who were there longest ago. */
  forget(since: number, most: number): Promise<void>;
  /** Those that are known, in any order. */
  of(keys: readonly string[]): Promise<readonly SeenAt[]>;
}
