// The room list, the field that joins another room, and the head of the room that is shown.
import { badge, plural } from '../model/format.ts';
import { hashOfRoom, MAX_ROOMS, ROOM_NAME_HINT, roomNameFrom } from '../model/room-names.ts';
import type { ChatState } from '../model/state.ts';
import { byId, make, setText } from './dom.ts';
import { keyed } from './keyed.ts';

export interface RoomActions {
  open(roomId: string): void;
  leave(roomId: string): void;
}

interface RoomItem {
  readonly key: string;
  readonly isCurrent: boolean;
  readonly unread: number;
}

export function createRoomList(actions: RoomActions): (state: ChatState) => void {
  const show = keyed<RoomItem>(byId('room-list'), { create: createRoom, update: updateRoom });
  const leave = byId<HTMLButtonElement>('leave-room');
  let current = '';
  let count = 0;
  leave.addEventListener('click', () => {
    actions.leave(current);
    byId('draft').focus();
  });
  listenToForm(actions, () => count);

  return (state) => {
    current = state.current;
    count = state.rooms.length;
    show(state.rooms.map(({ roomId, unread }) => ({ key: roomId, isCurrent: roomId === current, unread })));
    setText(byId('room-title'), `# ${current}`);
    leave.hidden = count === 1;
    const elsewhere = state.rooms.reduce((sum, room) => sum + (room.roomId === current ? 0 : room.unread), 0);
    const unread = byId('drawer-unread');
    unread.hidden = elsewhere === 0;
    byId('drawer-open').ariaLabel = `Open the room list${elsewhere > 0 ? `, ${unreadWords(elsewhere)}` : ''}`;
  };
}

function createRoom({ key: roomId }: RoomItem): HTMLElement {
  const mark = make('span', 'room-hash', '#');
  mark.setAttribute('aria-hidden', 'true');
  const link = make('a', 'room-link', mark, make('span', 'room-name', roomId), make('span', 'room-unread'));
  link.href = hashOfRoom(roomId);
  return make('li', '', link);
}

function updateRoom(element: HTMLElement, { isCurrent, unread }: RoomItem): void {
  const link = element.querySelector('a');
  const count = element.querySelector('.room-unread');
  if (isCurrent) link?.setAttribute('aria-current', 'page');
  else link?.removeAttribute('aria-current');
  if (unread === 0) return void count?.replaceChildren();
  const seen = make('span', 'badge', badge(unread));
  seen.setAttribute('aria-hidden', 'true');
  count?.replaceChildren(seen, make('span', 'sr-only', unreadWords(unread)));
}

function unreadWords(count: number): string {
  return plural(count, 'unread message');
}

function listenToForm(actions: RoomActions, count: () => number): void {
  const field = byId<HTMLInputElement>('room-name');
  const error = byId('room-error');
  const complain = (text: string): void => {
    setText(error, text);
    field.ariaInvalid = text === '' ? 'false' : 'true';
  };
  field.addEventListener('input', () => complain(''));
  byId<HTMLFormElement>('room-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const roomId = roomNameFrom(field.value);
    if (roomId === undefined) return complain(ROOM_NAME_HINT);
    if (count() >= MAX_ROOMS) return complain(`At most ${MAX_ROOMS} rooms. Leave one first.`);
    complain('');
    field.value = '';
    actions.open(roomId);
  });
}
