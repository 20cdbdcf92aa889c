// Which room names are valid, the rooms a newcomer starts with, and the room that an address names.

export const DEFAULT_ROOMS: readonly string[] = ['general', 'random', 'help'];

/** Each room is one subscription of the session; the service bounds those. */
export const MAX_ROOMS = 50;

// The service accepts the same: letters and digits of any script.
const ROOM_NAME = /^[\p{L}\p{N}_-]{1,64}$/u;

export function isRoomName(text: string): boolean {
  return ROOM_NAME.test(text);
}

/** The room name that somebody meant: `  #Team lunch ` is `Team-lunch`. Undefined when it cannot be one. */
export function roomNameFrom(typed: string): string | undefined {
  const name = typed.normalize('NFC').trim().replace(/^#+/, '').trim().replace(/\s+/g, '-');
  return isRoomName(name) ? name : undefined;
}

/** The room of an address such as `#/room/general`; undefined when it names none. */
export function roomOfHash(hash: string): string | undefined {
  const name = decoded(/^#\/room\/(.+)$/.exec(hash)?.[1] ?? '');
  return isRoomName(name) ? name : undefined;
}

export function hashOfRoom(roomId: string): string {
  return `#/room/${encodeURIComponent(roomId)}`; // as `location.hash` reads it back
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The remembered room list, as good as it can be read: valid names once each, or the default rooms. */
export function roomsFrom(stored: unknown): readonly string[] {
  if (!Array.isArray(stored)) return DEFAULT_ROOMS;
  const names = stored.filter((name): name is string => typeof name === 'string' && isRoomName(name));
  const unique = [...new Set(names)].slice(0, MAX_ROOMS);
  return unique.length > 0 ? unique : DEFAULT_ROOMS;
}

/** The room `step` places after `current`, around the end. */
export function neighbour(rooms: readonly string[], current: string, step: 1 | -1): string {
  const at = rooms.indexOf(current);
  if (at < 0) return rooms[0] ?? current;
  return rooms[(at + step + rooms.length) % rooms.length] ?? current;
}
