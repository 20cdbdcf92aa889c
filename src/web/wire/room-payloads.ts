// What the service says of rooms and to one person, read without trust: a body of another shape is undefined.
import type { NamedRoom, Role, RoomKind, RoomNews, RoomsTold } from '../model/room-list.ts';
import { type Fields, fieldsOf, listOf, readJson, textOf } from './payloads.ts';

/** A list of rooms; all of them, unless there is more. */
export function readRooms(body: string): { readonly rooms: readonly NamedRoom[]; readonly isAll: boolean } {
  const { items, next } = fieldsOf(readJson(body));
  return { rooms: listOf(items).flatMap((one) => roomOf(one) ?? []), isAll: next === undefined };
}

/** The rooms of who is signed in. @param open - rooms are there by themselves too, and then these are not all */
export function readMine(body: string, open: boolean): RoomsTold {
  const { rooms, isAll } = readRooms(body);
  return { mine: rooms, isAll: isAll && !open };
}

export function roomOf(value: unknown): NamedRoom | undefined {
  const { id, name, kind, role, with: other } = fieldsOf(value);
  if (typeof id !== 'string') return undefined;
  return {
    roomId: id,
    name: textOf(name) ?? id,
    kind: oneOf(KINDS, kind),
    role: oneOf(ROLES, role),
    with: textOf(other),
  };
}

export function readRoomNews(body: string): RoomNews | undefined {
  const { what, room, by, role } = fieldsOf(readJson(body)) as Fields & { room?: unknown };
  const [news, named] = [oneOf(NEWS, what), roomOf({ ...fieldsOf(room), role })];
  if (news === undefined || named === undefined || typeof by !== 'string') return undefined;
  return { what: news, room: named, by };
}

const KINDS: readonly RoomKind[] = ['public', 'private', 'direct'];
const ROLES: readonly Role[] = ['owner', 'member', 'reader'];
const NEWS: readonly RoomNews['what'][] = ['created', 'joined', 'role', 'renamed', 'left', 'deleted'];

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((one) => one === value);
}
