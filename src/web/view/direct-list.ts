// Rooms of two in the list of rooms: the other one's sign and name, whether they are there, and what is unread.
import { type Company, stateOf } from '../model/company.ts';
import { directRooms } from '../model/room-list.ts';
import { hashOfRoom } from '../model/room-names.ts';
import { signOfRoom } from '../model/room-sign.ts';
import type { ChatState } from '../model/state.ts';
import { words } from '../words/words.ts';
import { makeAvatar, paintAvatar } from './avatar.ts';
import { byId, make, setText } from './dom.ts';
import { keyed } from './keyed.ts';
import { makeRoomLink, type RoomItem, updateRoomLink } from './room-link.ts';

type Presence = Company['people'][number]['state'] | 'offline';

interface DirectItem extends RoomItem {
  readonly presence: Presence;
}

export function createDirectList(): (state: ChatState) => void {
  const show = keyed<DirectItem>(byId('direct-list'), { create: createDirect, update: updateDirect });
  return (state) => {
    const byRoom = new Map(state.rooms.map((room) => [room.roomId, room]));
    const items = directRooms(state).map((roomId): DirectItem => {
      const { unread = 0, more = false } = byRoom.get(roomId) ?? {};
      return {
        ...{
          key: roomId,
          name: signOfRoom(state, roomId),
          isCurrent: roomId === state.current,
          unread,
          more,
        },
        presence: presenceIn(state, roomId),
      };
    });
    show(items);
  };
}

/** Whether the other one of a room of two is there. */
export function presenceIn({ company, about }: ChatState, roomId: string): Presence {
  const other = about.get(roomId)?.with;
  return other === undefined ? 'offline' : stateOf(company.get(roomId), other);
}

/** Shows it as a dot, with words for who does not see colours. */
export function paintDot(dot: HTMLElement, presence: Presence): void {
  const { online, away, offline } = words();
  dot.dataset.presence = presence;
  dot.title = { online, away, offline }[presence];
}

function createDirect({ key: roomId, name }: DirectItem): HTMLElement {
  const mark = make('span', 'direct-mark', makeAvatar(name), make('span', 'dot'));
  mark.setAttribute('aria-hidden', 'true');
  const item = makeRoomLink(hashOfRoom(roomId), mark);
  item.querySelector('.room-name')?.after(make('span', 'sr-only presence'));
  return item;
}

function updateDirect(element: HTMLElement, item: DirectItem): void {
  updateRoomLink(element, item);
  const [avatar, dot] = [
    element.querySelector<HTMLElement>('.avatar'),
    element.querySelector<HTMLElement>('.dot'),
  ];
  if (avatar) paintAvatar(avatar, item.name);
  if (dot) paintDot(dot, item.presence);
  setText(element.querySelector('.presence') ?? element, dot?.title ?? '');
}
