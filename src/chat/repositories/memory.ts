// What the chat knows, in memory: the readable reference of the repository port.
import { Buffer } from 'node:buffer';
import { changedOf, type KeptChange, keptOf, withWords } from '../change.ts';
import type {
  ChangeShelf,
  ChatRepository,
  ListAsked,
  Listed,
  MemberShelf,
  ReadingShelf,
  RoomShelf,
} from '../repository.ts';
import type { Membership, ReadMark, Role, Room } from '../room.ts';
import { MemoryNotices, MemorySeen } from './memory-live.ts';

/** A room and all that belongs to it. */
interface Kept {
  room: Room;
  readonly members: Map<string, Membership>;
  readonly marks: Map<string, ReadMark>;
  /** By the message that was changed, then by name. */
  readonly changes: Map<number, Map<string, KeptChange>>;
  through: number;
}

/** Gone with the process. */
export class MemoryRepository implements ChatRepository {
  readonly #kept = new Map<string, Kept>();
  readonly #deleted = new Set<string>();

  async open(): Promise<void> {}

  async close(): Promise<void> {}

  readonly rooms: RoomShelf = {
    create: async (room, members) => {
      const known = this.#kept.get(room.id);
      if (known !== undefined) return known.room;
      if (this.#deleted.has(room.id)) return undefined;
      const byUser = new Map(members.map((one) => [one.user, one]));
      this.#kept.set(room.id, { room, members: byUser, marks: new Map(), changes: new Map(), through: 0 });
      return room;
    },
    find: async (id) => this.#kept.get(id)?.room,
    listPublic: async (asked) => {
      const rooms = Array.from(this.#kept.values(), ({ room }) => room).filter(
        ({ kind }) => kind === 'public',
      );
      return part(rooms, ({ id }) => id, asked);
    },
    rename: async (id, name) => {
      const kept = this.#kept.get(id);
      if (kept !== undefined) kept.room = { ...kept.room, name };
      return kept?.room;
    },
    delete: async (id) => {
      await this.notices.end(id);
      if (this.#kept.has(id)) this.#deleted.add(id);
      return this.#kept.delete(id);
    },
    wasDeleted: async (id) => this.#deleted.has(id),
    deleted: async (asked) => part([...this.#deleted], (id) => id, asked),
    release: async (id) => void this.#deleted.delete(id),
  };

  readonly members: MemberShelf = {
    put: async (membership, cap) => {
      const members = this.#kept.get(membership.roomId)?.members;
      if (members === undefined) return 'gone';
      const known = members.get(membership.user);
      if (known === undefined && members.size >= cap) return 'full';
      members.set(membership.user, { ...membership, joinedAt: known?.joinedAt ?? membership.joinedAt });
      return 'done';
    },
    remove: async (roomId, user) => {
      const kept = this.#kept.get(roomId);
      const role = kept?.members.get(user)?.role;
      kept?.members.delete(user);
      kept?.marks.delete(user);
      return role;
    },
    roleOf: async (roomId, user) => this.#kept.get(roomId)?.members.get(user)?.role,
    of: async (roomId, asked) =>
      part([...(this.#kept.get(roomId)?.members.values() ?? [])], ({ user }) => user, asked),
    roomsOf: async (user, asked) => {
      const rooms: (Room & { role: Role })[] = [];
      for (const { room, members } of this.#kept.values()) {
        const role = members.get(user)?.role;
        if (role !== undefined) rooms.push({ ...room, role });
      }
      return part(rooms, ({ id }) => id, asked);
    },
    count: async (roomId) => this.#kept.get(roomId)?.members.size ?? 0,
  };

  readonly reading: ReadingShelf = {
    advance: async (mark) => {
      const marks = this.#kept.get(mark.roomId)?.marks;
      const known = marks?.get(mark.user);
      if (known !== undefined && known.number >= mark.number) return { mark: known, moved: false };
      marks?.set(mark.user, mark);
      return { mark, moved: marks !== undefined };
    },
    of: async (user, roomIds) =>
      roomIds.flatMap((id) => {
        const mark = this.#kept.get(id)?.marks.get(user);
        return mark === undefined ? [] : [mark];
      }),
    in: async (roomId, asked) =>
      part([...(this.#kept.get(roomId)?.marks.values() ?? [])], ({ user }) => user, asked),
  };

  readonly notices = new MemoryNotices();

  readonly seen = new MemorySeen();

  readonly changes: ChangeShelf = {
    through: async (roomId) => this.#kept.get(roomId)?.through ?? 0,
    gather: async (roomId, changes, through) => {
      const room = this.#kept.get(roomId);
      if (room === undefined) return;
      for (const change of changes.flatMap(keptOf)) {
        const known = room.changes.get(change.of) ?? new Map<string, KeptChange>();
        room.changes.set(change.of, known);
        if ((known.get(change.name)?.number ?? 0) < change.number) known.set(change.name, change);
      }
      for (const of of withWords(changes)) {
        const known = room.changes.get(of);
        if (!known?.has('D')) continue;
        for (const [name, one] of known)
          if (name.startsWith('E')) known.set(name, { ...one, text: undefined });
      }
      room.through = Math.max(room.through, through);
    },
    of: async (roomId, numbers, user) => {
      const changes = this.#kept.get(roomId)?.changes;
      return changedOf(
        numbers.flatMap((number) => [...(changes?.get(number)?.values() ?? [])]),
        user,
      );
    },
  };
}

/** The part of a list that is asked for, in the order of its keys. */
function part<Item>(items: readonly Item[], keyOf: (item: Item) => string, asked: ListAsked): Listed<Item> {
  const { after, limit } = asked;
  const behind = items.filter((item) => after === undefined || compare(keyOf(item), after) > 0);
  behind.sort((a, b) => compare(keyOf(a), keyOf(b)));
  const shown = behind.slice(0, limit);
  return { items: shown, next: behind.length > limit ? keyOf(shown.at(-1)!) : undefined };
}

/** As databases do: by their bytes in UTF-8, which is the order of code points. */
const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
