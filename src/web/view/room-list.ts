// The room list, other rooms that can be entered, the field that joins or makes one, and the head of the room that is shown.
import { isDirect } from '../model/room-list.ts';
import { hashOfRoom, MAX_ROOMS, roomNameFrom } from '../model/room-names.ts';
import { signOfRoom } from '../model/room-sign.ts';
import { type ChatState, find } from '../model/state.ts';
import { words } from '../words/words.ts';
import { createDirectList } from './direct-list.ts';
import { byId, make, setFlag, setText } from './dom.ts';
import { keyed } from './keyed.ts';
import { makeRoomLink, type RoomItem, updateRoomLink } from './room-link.ts';

export interface RoomActions {
  open(roomId: string): void;
  leave(roomId: string): void;
}

/** Of rooms that can be entered no more are listed; others are joined by their names. */
const MOST_OTHERS = 30;

export function createRoomList(actions: RoomActions): (state: ChatState, open: boolean) => void {
  const view = { create: createRoom, update: updateRoomLink };
  const show = keyed<RoomItem>(byId('room-list'), view);
  const showOthers = keyed<RoomItem>(byId('other-rooms'), view);
  const showDirect = createDirectList();
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
    const rooms = state.rooms.filter(({ roomId }) => !isDirect(state, roomId));
    show(
      rooms.map(({ roomId, name = roomId, unread, more }) => {
        return { key: roomId, name, isCurrent: roomId === current, unread, more };
      }),
    );
    showDirect(state);
    const others = othersOf(state);
    showOthers(others);
    byId('others').hidden = others.length === 0;
    const room = find(state, current);
    const sign = signOfRoom(state, current).replace(/^#/, '# ');
    setText(byId('room-title'), room ? sign : words().noRoom);
    setFlag(byId('room'), 'none', room === undefined);
    leave.hidden = !open || room === undefined || count === 1 || isDirect(state, current);
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
  return makeRoomLink(hashOfRoom(roomId), mark);
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
