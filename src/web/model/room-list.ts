// The rooms that the page lists: as the service tells of them at first, and of each change from then on.
import { emptyLog, forgetOlder, markRead, type RoomLog, turnAway } from './room-log.ts';
import { MAX_ROOMS } from './room-names.ts';

export type RoomKind = 'public' | 'private' | 'direct';

/** What somebody may do in a room; none: it is not known, and then they may try. */
export type Role = 'owner' | 'member' | 'reader';

/** What the page knows of a room beside what is said there. */
export interface RoomAbout {
  readonly kind?: RoomKind | undefined;
  readonly role?: Role | undefined;
  /** Of a room of two: the other one. */
  readonly with?: string | undefined;
}

/** A room as the service lists it. */
export interface NamedRoom extends RoomAbout {
  readonly roomId: string;
  readonly name: string;
}

export interface RoomList {
  readonly rooms: readonly RoomLog[];
  readonly current: string;
  /** By the id of the room. */
  readonly about: ReadonlyMap<string, RoomAbout>;
  /** Rooms that everybody may enter. */
  readonly publicRooms: readonly NamedRoom[];
}

/** The service lists rooms. */
export interface RoomsTold {
  readonly mine?: readonly NamedRoom[];
  readonly public?: readonly NamedRoom[];
  /** `mine` is all there are: others are the user's no more. */
  readonly isAll?: boolean;
  /** When: what was said before in a room that is new here is no news. */
  readonly at?: number;
}

/** What has become of a room, for who is signed in. */
export interface RoomNews {
  readonly what: 'created' | 'joined' | 'role' | 'renamed' | 'left' | 'deleted';
  readonly room: NamedRoom;
  /** Who did it. */
  readonly by: string;
  readonly at?: number;
}

/** The list after the service told which rooms there are. */
export function listed(list: RoomList, told: RoomsTold): RoomList {
  const { mine = [], public: publicRooms = list.publicRooms, isAll = false, at } = told;
  const ids = new Set(mine.map(({ roomId }) => roomId));
  const gone = isAll ? list.rooms.filter(({ roomId }) => !ids.has(roomId)) : [];
  const left = gone.reduce((next, { roomId }) => without(next, roomId, true), list);
  return named({ ...left, publicRooms }, mine, at);
}

/** The list after a room was made, entered, renamed, left... */
export function changed(list: RoomList, { what, room, at }: RoomNews, mayBeLast: boolean): RoomList {
  const publicRooms = publicAfter(list.publicRooms, what, room);
  const next = publicRooms === list.publicRooms ? list : { ...list, publicRooms };
  if (what === 'left' || what === 'deleted') return without(next, room.roomId, mayBeLast);
  const isListed = list.rooms.some(({ roomId }) => roomId === room.roomId);
  return what === 'renamed' && !isListed ? next : named(next, [room], at);
}

/** A room is shown; it is put on the list first if it is not there. @param make - the log of a new one */
export function opened(list: RoomList, roomId: string, make: () => RoomLog): RoomList {
  const isKnown = list.rooms.some((room) => room.roomId === roomId);
  if (!isKnown && list.rooms.length >= MAX_ROOMS) return list;
  const turned = list.rooms.map((room) =>
    room.roomId === list.current && roomId !== list.current ? forgetOlder(turnAway(room)) : room,
  );
  const rooms = (isKnown ? turned : [...turned, make()]).map((room) =>
    room.roomId === roomId ? markRead(room) : room,
  );
  return { ...list, rooms, current: roomId };
}

/** The list without a room; the last one stays unless it may go, too. */
export function without(list: RoomList, roomId: string, mayBeLast: boolean): RoomList {
  const at = list.rooms.findIndex((room) => room.roomId === roomId);
  if (at < 0 || (list.rooms.length === 1 && !mayBeLast)) return list;
  const rooms = list.rooms.filter((room) => room.roomId !== roomId);
  const about = new Map(list.about);
  about.delete(roomId);
  if (list.current !== roomId) return { ...list, rooms, about };
  const current = (rooms[at] ?? rooms[at - 1])?.roomId ?? '';
  const read = rooms.map((room) => (room.roomId === current ? markRead(room) : room));
  return { ...list, rooms: read, current, about };
}

/** Whether who is signed in may write in a room. */
export function mayWrite({ about }: Pick<RoomList, 'about'>, roomId: string): boolean {
  return about.get(roomId)?.role !== 'reader';
}

/** The rooms of two. */
export function directRooms({ rooms, about }: Pick<RoomList, 'rooms' | 'about'>): readonly string[] {
  return rooms.map(({ roomId }) => roomId).filter((roomId) => isDirect({ about }, roomId));
}

/** All rooms as the page lists them: those of two behind the others. */
export function asListed(list: Pick<RoomList, 'rooms' | 'about'>): readonly string[] {
  const direct = directRooms(list);
  const others = list.rooms.map(({ roomId }) => roomId).filter((roomId) => !direct.includes(roomId));
  return [...others, ...direct];
}

export function isDirect({ about }: Pick<RoomList, 'about'>, roomId: string): boolean {
  return about.get(roomId)?.kind === 'direct';
}

/** Rooms with what is known of them; new ones stand at the end. */
function named(list: RoomList, told: readonly NamedRoom[], joinedAt: number | undefined): RoomList {
  const known = new Set(list.rooms.map((room) => room.roomId));
  const added = told.filter(({ roomId }) => !known.has(roomId));
  const logs = added.map(({ roomId }) => ({ ...emptyLog(roomId), joinedAt }));
  const rooms = [...list.rooms, ...logs].slice(0, MAX_ROOMS);
  const names = new Map([...list.publicRooms, ...told].map((room) => [room.roomId, room.with ?? room.name]));
  const about = new Map(list.about);
  for (const { roomId, kind, role, with: other } of told) {
    const before = about.get(roomId);
    about.set(roomId, { kind, role: role ?? before?.role, with: other ?? before?.with });
  }
  return {
    ...list,
    about,
    rooms: rooms.map((room) => called(room, about.get(room.roomId)?.with ?? names.get(room.roomId))),
    current: list.current || (rooms[0]?.roomId ?? ''),
  };
}

function called(room: RoomLog, name: string | undefined): RoomLog {
  if (name === undefined || name === (room.name ?? room.roomId)) return room;
  return { ...room, name: name === room.roomId ? undefined : name };
}

function publicAfter(
  rooms: readonly NamedRoom[],
  what: RoomNews['what'],
  room: NamedRoom,
): readonly NamedRoom[] {
  const others = rooms.filter(({ roomId }) => roomId !== room.roomId);
  if (what === 'deleted') return others;
  if (what === 'role' || what === 'joined' || room.kind !== 'public') return rooms;
  return [...others, room];
}
