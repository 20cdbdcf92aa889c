// How a room is called wherever it is mentioned: `#general`; a room of two by the name of the other one, never by an id.
import type { NamedRoom, RoomList } from './room-list.ts';

const OF_TWO = /^direct-[\w-]{27}$/;

/** Rooms of two are made by the service, which names them so. */
export function isDirectId(roomId: string): boolean {
  return OF_TWO.test(roomId);
}

export function signOf({ roomId, name, with: other }: Pick<NamedRoom, 'roomId' | 'name' | 'with'>): string {
  if (other !== undefined) return other;
  if (isDirectId(roomId)) return name === roomId ? '…' : name; // the service has not told yet
  return `#${name}`;
}

/** The sign of a room of the list. */
export function signOfRoom({ rooms, about }: Pick<RoomList, 'rooms' | 'about'>, roomId: string): string {
  const name = rooms.find((room) => room.roomId === roomId)?.name ?? roomId;
  return signOf({ ...about.get(roomId), roomId, name });
}
