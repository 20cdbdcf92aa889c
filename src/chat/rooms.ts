// The rooms of the chat: made, found, joined and left, by those who may.
import { randomUUID } from 'node:crypto';
import type { RoomAccess } from './access.ts';
import { directId, isDirectId, seenBy } from './direct.ts';
import { ChatProblem } from './problem.ts';
import type { ChatRepository, ListAsked, Listed } from './repository.ts';
import type { Membership, Role, Room, RoomKind, SeenRoom } from './room.ts';
import { isShownName, isUserName, nameRule } from './shown-name.ts';

/** What has changed, for everybody whom it concerns. */
export type RoomChange =
  | {
      readonly what: 'created';
      readonly room: Room;
      readonly by: string;
      /** Of a room of two: both. */
      readonly pair?: readonly string[];
    }
  | {
      readonly what: 'renamed';
      readonly room: Room;
      readonly by: string /** Before. */;
      readonly from: string;
    }
  | { readonly what: 'deleted'; readonly room: Room; readonly by: string }
  | {
      readonly what: 'joined' | 'role';
      readonly room: Room;
      readonly user: string;
      readonly role: Role;
      readonly by: string;
    }
  | { readonly what: 'left'; readonly room: Room; readonly user: string; readonly by: string };

/** What rooms stand on. */
export interface RoomsParts {
  readonly repository: Pick<ChatRepository, 'rooms' | 'members'>;
  readonly access: RoomAccess;
  /** How many members a room may have. */
  readonly maxMembers: number;
  /** In rooms of more members than that only who is mentioned is notified. */
  readonly noticeMembers: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Hears of each change once it holds, before the call is done. */
  readonly changed: (change: RoomChange) => Promise<void> | void;
}

/** A room as somebody sees it, in all that is told of it. */
export interface RoomDescription extends SeenRoom {
  /** None: no member. */
  readonly role: Role | undefined;
  readonly members: number;
  /** Whom a message notifies: all members, or those who are mentioned; then unread counts are told when asked for. */
  readonly notifications: 'all' | 'mentions';
}

/** What a new room is to be. */
export interface NewRoom {
  /** Default: one that nobody can guess. */
  readonly id?: string | undefined;
  /** Default: the id. */
  readonly name?: string | undefined;
  readonly kind?: Exclude<RoomKind, 'direct'> | undefined;
}

const idShape = /^[\p{L}\p{N}_-]{1,64}$/u;
const idRule = 'a room is named by 1 to 64 letters, digits, - and _';
const longestName = 100;
const longestUser = 128;

/** The id of a room as clients may name one. @throws {ChatProblem} `bad-request` */
export function checkedRoomId(id: string): string {
  if (idShape.test(id)) return id;
  throw new ChatProblem('bad-request', idRule);
}

/** @throws {ChatProblem} `bad-request` */
function checkedNewId(id: string): string {
  if (!isDirectId(checkedRoomId(id))) return id;
  throw new ChatProblem('bad-request', `room '${id}' would be one of two: give another id`);
}

/** The rooms, and who belongs to them. */
export class Rooms {
  readonly #parts: RoomsParts;

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /**
   * Makes a room, of which its maker is the owner.
   *
   * @throws {ChatProblem} `bad-request`, `room-exists`
   */
  async create({ id = randomUUID(), name = id, kind = 'public' }: NewRoom, by: string): Promise<Room> {
    const { repository, clock } = this.#parts;
    const now = clock();
    const room: Room = {
      id: checkedNewId(id),
      name: checkedName(name),
      kind,
      createdAt: now,
      createdBy: by,
    };
    const owner: Membership = { roomId: id, user: checkedUser(by), role: 'owner', joinedAt: now };
    const there = await repository.rooms.create(room, [owner]);
    if (there === undefined) throw wasDeleted(id);
    if (there !== room && !isSame(there, room)) throw new ChatProblem('room-exists', `room '${id}' is there`);
    await this.#changed({ what: 'created', room, by });
    return room;
  }

  /** The room of two people: made when they first ask for it, and the same ever after, whoever asks. */
  async direct(by: string, other: string): Promise<SeenRoom> {
    const { repository, clock } = this.#parts;
    const pair = [checkedUser(by), checkedUser(other)].sort() as [string, string];
    if (by === other) throw new ChatProblem('bad-request', 'a room of two needs somebody else');
    const id = directId(pair);
    const known = await repository.rooms.find(id);
    if (known !== undefined) return { ...known, with: other };
    const now = clock();
    const name = pair.join(', ').slice(0, longestName);
    const room: Room = { id, name, kind: 'direct', createdAt: now, createdBy: by };
    const members = pair.map((user): Membership => ({ roomId: id, user, role: 'member', joinedAt: now }));
    const there = await repository.rooms.create(room, members);
    if (there === undefined) throw wasDeleted(id);
    if (isSame(there, room)) await this.#changed({ what: 'created', room, by, pair });
    return { ...there, with: other };
  }

  /** An open room is there from its first use. @returns the room as it is now */
  async used(id: string): Promise<Room> {
    const { repository, clock, access } = this.#parts;
    const room: Room = { id, name: id, kind: 'public', createdAt: clock(), createdBy: undefined };
    const there = await repository.rooms.create(room, []);
    access.forget(id);
    if (there === undefined) throw wasDeleted(id);
    return there;
  }

  /** @throws {ChatProblem} `no-such-room` */
  async describe(id: string, by: string): Promise<RoomDescription> {
    const { repository, access, noticeMembers } = this.#parts;
    const { room, role } = await access.assertReads(checkedRoomId(id), by);
    if (room === undefined) throw new ChatProblem('no-such-room', `room '${id}' was not used yet`);
    const seen = await seenBy(room, by, repository.members);
    const members = await repository.members.count(id);
    return { ...seen, role, members, notifications: members > noticeMembers ? 'mentions' : 'all' };
  }

  /** The rooms that somebody belongs to. */
  async mine(user: string, asked: ListAsked): Promise<Listed<SeenRoom & { readonly role: Role }>> {
    const { members } = this.#parts.repository;
    const { items, ...more } = await members.roomsOf(user, asked);
    return { ...more, items: await Promise.all(items.map((room) => seenBy(room, user, members))) };
  }

  /** The rooms that everybody may enter. */
  public(asked: ListAsked): Promise<Listed<Room>> {
    return this.#parts.repository.rooms.listPublic(asked);
  }

  /** @throws {ChatProblem} `bad-request`, `no-such-room`, `no-access` */
  async rename(id: string, name: string, by: string): Promise<Room> {
    const { repository, access } = this.#parts;
    const before = await access.assertOwns(checkedRoomId(id), by);
    const room = await repository.rooms.rename(id, checkedName(name));
    if (room === undefined) throw new ChatProblem('no-such-room');
    await this.#changed({ what: 'renamed', room, by, from: before.room.name });
    return room;
  }

  /** Ends a room, for everybody. @throws {ChatProblem} `no-such-room`, `no-access` */
  async delete(id: string, by: string): Promise<void> {
    const { repository, access } = this.#parts;
    const { room } = await access.assertOwns(checkedRoomId(id), by);
    if (await repository.rooms.delete(id)) await this.#changed({ what: 'deleted', room, by });
  }

  /** @throws {ChatProblem} `no-such-room` */
  async members(id: string, by: string, asked: ListAsked): Promise<Listed<Membership>> {
    const { repository, access } = this.#parts;
    await access.assertReads(checkedRoomId(id), by);
    return repository.members.of(id, asked);
  }

  /** Goes into a public room. @throws {ChatProblem} `no-such-room`, `room-full` */
  async join(id: string, by: string): Promise<void> {
    const { room, role } = await this.#parts.access.assertReads(checkedRoomId(id), by);
    if (role === undefined) await this.#put(room ?? (await this.used(id)), by, 'member', by);
  }

  /**
   * Takes somebody in, or gives another role.
   *
   * @param role - none: who is a member stays what they are, and whoever is not becomes a `member`
   * @throws {ChatProblem} `bad-request`, `no-such-room`, `no-access`, `room-full`
   */
  async invite(id: string, user: string, role: Role | undefined, by: string): Promise<void> {
    const { access } = this.#parts;
    const { room } = await access.assertOwns(checkedRoomId(id), by);
    if (user === by && role !== undefined && role !== 'owner' && (await this.#isLastOwner(id, by)))
      throw new ChatProblem(
        'no-access',
        'the last owner of a room stays its owner: make somebody else one first',
      );
    await this.#put(room, checkedUser(user), role, by);
  }

  /** Leaves a room; a room of two is left by nobody. @throws {ChatProblem} `no-such-room`, `no-access` */
  async leave(id: string, by: string): Promise<void> {
    const { room, role } = await this.#parts.access.assertReads(checkedRoomId(id), by);
    if (room === undefined || role === undefined) return;
    if (room.kind === 'direct') throw new ChatProblem('no-access', 'a room of two is left by nobody');
    if (role === 'owner' && (await this.#isLastOwner(id, by)) && (await this.#hasOthers(id)))
      throw new ChatProblem('no-access', 'the last owner of a room stays: make somebody else one first');
    await this.#remove(room, by, by);
  }

  /** Sends somebody out. @throws {ChatProblem} `no-such-room`, `no-such-member`, `no-access` */
  async remove(id: string, user: string, by: string): Promise<void> {
    if (user === by) return this.leave(id, by);
    const { room } = await this.#parts.access.assertOwns(checkedRoomId(id), by);
    if (!(await this.#remove(room, user, by)))
      throw new ChatProblem('no-such-member', `'${user}' is no member of room '${id}'`);
  }

  async #put(room: Room, user: string, given: Role | undefined, by: string): Promise<void> {
    const { repository, clock, maxMembers } = this.#parts;
    const had = await repository.members.roleOf(room.id, user);
    const role = given ?? had ?? 'member';
    if (had === role) return;
    const membership = { roomId: room.id, user, role, joinedAt: clock() };
    const done = await repository.members.put(membership, maxMembers);
    if (done === 'gone') throw new ChatProblem('no-such-room');
    if (done === 'full') throw new ChatProblem('room-full', `a room has at most ${maxMembers} members`);
    await this.#changed({ what: had === undefined ? 'joined' : 'role', room, user, role, by });
  }

  async #remove(room: Room, user: string, by: string): Promise<boolean> {
    const role = await this.#parts.repository.members.remove(room.id, user);
    if (role !== undefined) await this.#changed({ what: 'left', room, user, by });
    return role !== undefined;
  }

  async #isLastOwner(id: string, user: string): Promise<boolean> {
    const { members } = this.#parts.repository;
    for (let after: string | undefined; ; ) {
      const { items, next } = await members.of(id, { limit: 200, after });
      if (items.some((one) => one.role === 'owner' && one.user !== user)) return false;
      if (next === undefined) return true;
      after = next;
    }
  }

  async #hasOthers(id: string): Promise<boolean> {
    return (await this.#parts.repository.members.count(id)) > 1;
  }

  /** This node forgets at once what it knew; others hear of it. */
  async #changed(change: RoomChange): Promise<void> {
    const user = 'user' in change ? change.user : undefined;
    this.#parts.access.forget(change.room.id, user);
    await this.#parts.changed(change);
  }
}

/** What was said there is in the log still: nobody else shall have it. */
function wasDeleted(id: string): ChatProblem {
  return new ChatProblem(
    'no-such-room',
    `room '${id}' was deleted, and its id is not free before its messages are gone`,
  );
}

function isSame(there: Room, made: Room): boolean {
  return there.createdAt === made.createdAt && there.createdBy === made.createdBy && there.kind === made.kind;
}

function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length >= 1 && trimmed.length <= longestName && isShownName(trimmed)) return trimmed;
  throw new ChatProblem('bad-request', `a room's name has 1 to ${longestName} characters, ${nameRule}`);
}

function checkedUser(user: string): string {
  if (user.length >= 1 && user.length <= longestUser && isUserName(user)) return user;
  throw new ChatProblem('bad-request', `a user's name has 1 to ${longestUser} characters, ${nameRule}`);
}
