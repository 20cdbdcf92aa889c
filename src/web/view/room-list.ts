// The room list, other rooms that can be entered, the field that joins or makes one, and the head of the room that is shown.
import { badge } from '../model/format.ts';
import { hashOfRoom, MAX_ROOMS, roomNameFrom } from '../model/room-names.ts';
import { type ChatState, find } from '../model/state.ts';
import { words } from '../words/words.ts';
import { byId, make, setFlag, setText } from './dom.ts';
import { keyed } from './keyed.ts';

export interface RoomActions {
  open(roomId: string): void;
  leave(roomId: string): void;
}

/** Of rooms that can be entered no more are listed; others are joined by their names. */
const MOST_OTHERS = 30;

interface RoomItem {
  readonly key: string;
  readonly name: string;
  readonly isCurrent: boolean;
  readonly unread: number;
  readonly more: boolean;
}

export function createRoomList(actions: RoomActions): (state: ChatState, open: boolean) => void {
  const view = { create: createRoom, update: updateRoom };
  const show = keyed<RoomItem>(byId('room-list'), view);
  const showOthers = keyed<RoomItem>(byId('other-rooms'), view);
  const leave = byId<HTMLButtonElement>('leave-room');
  let current = '';
  let count = 0;
  leave.addEventListener('click', () => {
    actions.leave(current);
    byId('draft').focus();
  });
  listenToForm(actions, () => count);

  return (state, open) => {
    current = state.current;
    count = state.rooms.length;
    const items = state.rooms.map(({ roomId, name = roomId, unread, more }) => {
      return { key: roomId, name, isCurrent: roomId === current, unread, more };
    });
    show(items);
    const others = othersOf(state);
    showOthers(others);
    byId('others').hidden = others.length === 0;
    const room = find(state, current);
    setText(byId('room-title'), room ? `# ${room.name ?? current}` : words().noRoom);
    setFlag(byId('room'), 'none', room === undefined);
    leave.hidden = room === undefined || (open && count === 1);
    showElsewhere(state);
  };
}

function othersOf({ publicRooms, rooms }: ChatState): RoomItem[] {
  const known = new Set(rooms.map(({ roomId }) => roomId));
  return publicRooms
    .filter(({ roomId }) => !known.has(roomId))
    .slice(0, MOST_OTHERS)
    .map(({ roomId, name }) => ({ key: roomId, name, isCurrent: false, unread: 0, more: false }));
}

/** On a phone the list is behind its button: that there is something unread shows there. */
function showElsewhere({ rooms, current }: ChatState): void {
  const elsewhere = rooms.reduce((sum, room) => sum + (room.roomId === current ? 0 : room.unread), 0);
  byId('drawer-unread').hidden = elsewhere === 0;
  const { openList, unread } = words();
  byId('drawer-open').ariaLabel = elsewhere > 0 ? `${openList}, ${unread(elsewhere)}` : openList;
}

function createRoom({ key: roomId }: RoomItem): HTMLElement {
  const mark = make('span', 'room-hash', '#');
  mark.setAttribute('aria-hidden', 'true');
  const link = make('a', 'room-link', mark, make('span', 'room-name'), make('span', 'room-unread'));
  link.href = hashOfRoom(roomId);
  return make('li', '', link);
}

function updateRoom(element: HTMLElement, { name, isCurrent, unread, more }: RoomItem): void {
  const link = element.querySelector('a');
  const count = element.querySelector('.room-unread');
  setText(element.querySelector('.room-name') ?? element, name);
  if (isCurrent) link?.setAttribute('aria-current', 'page');
  else link?.removeAttribute('aria-current');
  if (unread === 0) return void count?.replaceChildren();
  const seen = make('span', 'badge', more ? '99+' : badge(unread));
  seen.setAttribute('aria-hidden', 'true');
  count?.replaceChildren(seen, make('span', 'sr-only', words().unread(unread, more)));
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
    if (roomId === undefined) return complain(words().roomNameHint);
    if (count() >= MAX_ROOMS) return complain(words().tooManyRooms(MAX_ROOMS));
    complain('');
    field.value = '';
    actions.open(roomId);
  });
}
