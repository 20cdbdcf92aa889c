// PORT: where rooms, their members, read marks and notices are kept; messages are the history's.
import type { Change, Changed } from './change.ts';
import type { Membership, Notice, ReadMark, Role, Room } from './room.ts';

/** A part of a list. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Goes on behind this part; `undefined`: there is nothing more. */
  readonly next: string | undefined;
}

/** Which part of a list: at most `limit` items, 1 to 200, behind `after`, the `next` of the part before. */
export interface ListAsked {
  readonly limit: number;
  readonly after?: string | undefined;
}

/**
 * Keeps what the chat knows beside messages. Guarantees:
 * - each call is atomic, and what it has changed is seen by every call that begins later, on every node;
 * - what is durable survives the end of the process and of the machine once the call is done;
 * - lists are in the order of room ids or of user names, by code point; one goes on where it ended, whatever changed.
 * A store that is away rejects with `history-unavailable`, one that is full with `history-full`; trying again is right.
 */
export interface ChatRepository {
  /** Opens, makes or migrates the schema. */
  open(): Promise<void>;
  readonly rooms: RoomShelf;
  readonly members: MemberShelf;
  readonly reading: ReadingShelf;
  readonly notices: NoticeShelf;
  readonly changes: ChangeShelf;
  /** Twice is harmless. */
  close(): Promise<void>;
}

/** The rooms. */
export interface RoomShelf {
  /**
   * Makes a room with its first members, all or nothing.
   *
   * @returns the room that is there now: another one when the id was taken; `undefined`: a room of that id was deleted
   */
  create(room: Room, members: readonly Membership[]): Promise<Room | undefined>;
  find(id: string): Promise<Room | undefined>;
  /** The public rooms. */
  listPublic(asked: ListAsked): Promise<Listed<Room>>;
  /** @returns the room as it is now; `undefined`: there is none */
  rename(id: string, name: string): Promise<Room | undefined>;
  /**
   * Takes a room away with all that belongs to it here. Its id is never used again: what was said in the room is in the
   * log still, and must be nobody's.
   *
   * @returns whether it was there
   */
  delete(id: string): Promise<boolean>;
  /** Whether there was a room of that id, which was deleted. */
  wasDeleted(id: string): Promise<boolean>;
}

/** Who belongs where. */
export interface MemberShelf {
  /**
   * Puts somebody into a room, or gives another role.
   *
   * @param cap - no more members than that, who is new included
   * @returns `full`: the cap is reached; `gone`: there is no such room
   */
  put(membership: Membership, cap: number): Promise<'done' | 'full' | 'gone'>;
  /** Takes somebody out. @returns the role that was had */
  remove(roomId: string, user: string): Promise<Role | undefined>;
  roleOf(roomId: string, user: string): Promise<Role | undefined>;
  of(roomId: string, asked: ListAsked): Promise<Listed<Membership>>;
  /** The rooms of a user, with the role in each. */
  roomsOf(user: string, asked: ListAsked): Promise<Listed<Room & { readonly role: Role }>>;
  count(roomId: string): Promise<number>;
}

/** How far people have read. */
export interface ReadingShelf {
  /** Moves a mark forward, never back. @returns the mark as it is now, and whether it moved */
  advance(mark: ReadMark): Promise<{ readonly mark: ReadMark; readonly moved: boolean }>;
  /** A user's marks in some rooms. */
  of(user: string, roomIds: readonly string[]): Promise<readonly ReadMark[]>;
  /** Everybody's marks in a room. */
  in(roomId: string, asked: ListAsked): Promise<Listed<ReadMark>>;
}

/** What waits for those who are away. */
export interface NoticeShelf {
  /** Keeps a notice once, whoever else keeps it. @param cap - beyond so many of one user the oldest go */
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
}

/**
 * What was changed of messages, gathered from the log of each room, so that a page of old messages is folded without
 * reading all that came later.
 */
export interface ChangeShelf {
  /** Up to which number of a room's log changes are gathered; 0: none are. */
  through(roomId: string): Promise<number>;
  /**
   * Keeps changes, and says that all up to a number are. What is known already changes nothing, and of several changes
   * of one kind the one of the highest number counts, in whatever order they come; of no room, nothing is kept.
   */
  gather(roomId: string, changes: readonly Change[], through: number): Promise<void>;
  /** What became of messages, by their numbers, at most 1,000; of those that were not changed, nothing. */
  of(roomId: string, numbers: readonly number[], user?: string): Promise<readonly Changed[]>;
}
