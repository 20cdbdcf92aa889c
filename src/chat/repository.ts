// PORT: where rooms, members and read marks are kept, and what is live unless that is elsewhere; messages are the history's.
import type { Change, Changed } from './change.ts';
import type { ListAsked, Listed } from './listed.ts';
import type { LiveRepository } from './live-repository.ts';
import type { Membership, ReadMark, Role, Room } from './room.ts';

export type { ListAsked, Listed } from './listed.ts';

/**
 * Keeps what the chat knows beside messages. Guarantees:
 * - each call is atomic, and what it has changed is seen by every call that begins later, on every node;
 * - what is durable survives the end of the process and of the machine once the call is done;
 * - lists are in the order of room ids or of user names, by code point; one goes on where it ended, whatever changed.
 * A store that is away rejects with `history-unavailable`, one that is full with `history-full`; trying again is right.
 */
export interface ChatRepository extends LiveRepository {
  readonly rooms: RoomShelf;
  readonly members: MemberShelf;
  readonly reading: ReadingShelf;
  readonly changes: ChangeShelf;
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
   * Takes a room away with all that belongs to it here. Its id is not used again until it is released: what was said in
   * the room is in the log still, and must be nobody's.
   *
   * @returns whether it was there
   */
  delete(id: string): Promise<boolean>;
  /** Whether there was a room of that id, which was deleted, and the id is not released. */
  wasDeleted(id: string): Promise<boolean>;
  /** The ids of those. */
  deleted(asked: ListAsked): Promise<Listed<string>>;
  /** Nothing is left of a room that was deleted: its id may be used again. */
  release(id: string): Promise<void>;
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
