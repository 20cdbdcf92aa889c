// What somebody is told of a room when others change it: who came in by invitation, was sent out, or finds it gone.
import { words } from '../words/words.ts';
import type { NamedRoom, RoomList, RoomNews, RoomsTold } from './room-list.ts';
import { signOf } from './room-sign.ts';

/** A sentence, and the room that it leads to if there is one. */
export interface RoomSentence {
  readonly text: string;
  /** What nobody has to act on. */
  readonly polite: boolean;
  readonly roomId?: string;
}

/** What is to be said of a change that somebody else made; of one's own nothing. */
export function sentenceOf({ what, room, by }: RoomNews, user: string | undefined): RoomSentence | undefined {
  const sign = signOf(room);
  if (by === user || room.kind === 'direct') return undefined;
  const { sentOut, deletedRoom, invitedTo, roleNow } = words();
  if (what === 'left') return { text: sentOut(by, sign), polite: false };
  if (what === 'deleted') return { text: deletedRoom(by, sign), polite: false };
  if (what === 'joined') return { text: invitedTo(by, sign), polite: true, roomId: room.roomId };
  if (what === 'role' && room.role !== undefined)
    return { text: roleNow(room.role, sign), polite: true, roomId: room.roomId };
  return undefined;
}

/** Of rooms that are on the page's list and on the service's no more, as happens while there is no connection. */
export function sentencesOfGone(list: RoomList, { mine = [], isAll = false }: RoomsTold): RoomSentence[] {
  if (!isAll) return [];
  const ids = new Set(mine.map(({ roomId }) => roomId));
  return list.rooms
    .filter(({ roomId }) => !ids.has(roomId))
    .map(({ roomId, name = roomId }) => ({
      text: words().noLongerIn(signOf(aboutOf(list, roomId, name))),
      polite: false,
    }));
}

function aboutOf({ about }: RoomList, roomId: string, name: string): NamedRoom {
  return { ...about.get(roomId), roomId, name };
}
