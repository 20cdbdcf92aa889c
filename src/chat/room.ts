// What a room is, who belongs to it, and how far somebody has read.

/**
 * Who may come in: `public`, everybody; `private`, who was invited; `direct`, the two of a pair, for ever.
 */
export type RoomKind = 'public' | 'private' | 'direct';

/** What somebody may do in a room: all of it, write, or read only. */
export type Role = 'owner' | 'member' | 'reader';

/** A room. */
export interface Room {
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** What people see: 1 to 100 characters. */
  readonly name: string;
  readonly kind: RoomKind;
  /** Milliseconds since the epoch of Unix. */
  readonly createdAt: number;
  /** Who made it; none when it was there from its first use. */
  readonly createdBy: string | undefined;
}

/** A room as one of its members sees it. */
export interface SeenRoom extends Room {
  /** Of a room of two: the other one. */
  readonly with?: string | undefined;
}

/** That somebody belongs to a room. */
export interface Membership {
  readonly roomId: string;
  readonly user: string;
  readonly role: Role;
  /** Milliseconds since the epoch of Unix. */
  readonly joinedAt: number;
}

/** How far somebody has read in a room. */
export interface ReadMark {
  readonly roomId: string;
  readonly user: string;
  /** The number of the last message that was read; it only grows. */
  readonly number: number;
  /** When, in milliseconds since the epoch of Unix. */
  readonly at: number;
}

/** What somebody who was away shall be told on coming back. */
export interface Notice {
  /** Unique for its user: kept twice, it is told once. */
  readonly id: string;
  readonly roomId: string;
  /** The message that it is about. */
  readonly number: number;
  readonly at: number;
  /** What the client gets; small JSON. */
  readonly payload: Readonly<Record<string, unknown>>;
}
