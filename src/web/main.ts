// Starts the page: one state, one connection, the views that show the state, and the address that names the room.
import { openBy } from '../client/index.ts';
import { unsent } from './model/room-log.ts';
import { hashOfRoom, neighbour, roomOfHash } from './model/room-names.ts';
import { type ChatState, type Happening, initialState, reduce } from './model/state.ts';
import { preferences } from './preferences.ts';
import { createPage } from './view/page.ts';
import { Chat } from './wire/chat.ts';
import { DEFAULT_CONFIG, fetchConfig } from './wire/config.ts';
import { dialFor } from './wire/dial.ts';
import { openEitherWay, type WaysWorld } from './wire/either-way.ts';

let state: ChatState = initialState(preferences.rooms());
let config = DEFAULT_CONFIG;
const configured = fetchConfig(fetch).then((fetched) => {
  config = fetched;
});

// Keys are receipt ids too, so two pages must not make the same; randomUUID is missing on plain http.
const pageKey = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
let keys = 0;
const newKey = (): string => `${pageKey}-${++keys}`;

const ways: WaysWorld = {
  dial: (way) => dialFor(way, location, config.endpoint),
  openBy: (dial) => openBy(dial),
  remembered: preferences.way,
  remember: preferences.setWay,
};

const chat = new Chat(
  {
    openSession: openEitherWay(ways),
    world: { now: Date.now, newKey },
    storage: preferences.ofTab,
  },
  { state: () => state, happen },
  () => config,
);

const show = createPage({
  lastName: preferences.name,
  signIn(name) {
    preferences.signedIn(name);
    void enter(name);
  },
  signOut() {
    preferences.signedOut();
    chat.signOut();
  },
  open: openRoom,
  leave(roomId) {
    chat.leaveRoom(roomId);
    showAddress();
  },
  neighbour(step) {
    const rooms = state.rooms.map((room) => room.roomId);
    if (state.user !== undefined) openRoom(neighbour(rooms, state.current, step));
  },
  say: (content) => chat.say(content),
  retry: (key) => chat.retry(key),
  discard: (key) => happen({ type: 'discarded', key }),
  retryNow: () => chat.retryNow(),
  complain: (text) => happen({ type: 'notice', key: newKey(), text }),
  dismiss: (key) => happen({ type: 'notice-dismissed', key }),
});

function happen(happening: Happening): void {
  const before = state;
  state = reduce(state, happening);
  if (state === before) return;
  if (state.rooms.length !== before.rooms.length)
    preferences.setRooms(state.rooms.map((room) => room.roomId));
  if (state.rooms.some(({ outgoing }, at) => outgoing !== before.rooms[at]?.outgoing))
    preferences.setUnsent(state.rooms.flatMap(unsent));
  show(state);
}

async function enter(name: string): Promise<void> {
  await configured;
  chat.signIn(name, preferences.unsent());
  openRoom(roomOfHash(location.hash) ?? state.current);
}

/** Shows a room; the address follows, so that reload, back and a shared link lead to it. */
function openRoom(roomId: string): void {
  chat.openRoom(roomId);
  showAddress();
}

function showAddress(): void {
  const hash = hashOfRoom(state.current);
  if (location.hash === hash) return;
  if (roomOfHash(location.hash) === undefined) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
}

addEventListener('hashchange', () => {
  const roomId = roomOfHash(location.hash);
  if (state.user === undefined) return;
  if (roomId === undefined) showAddress();
  else openRoom(roomId);
});
addEventListener('online', () => chat.retryNow());
document.addEventListener('visibilitychange', () => {
  happen({ type: 'attention', attentive: !document.hidden });
  if (!document.hidden) chat.retryNow();
});
addEventListener('beforeunload', (event) => {
  const isUnsent = state.rooms.some((room) => room.outgoing.some((out) => out.delivery !== 'confirmed'));
  if (isUnsent) event.preventDefault();
});

if (preferences.isSignedIn() && preferences.name() !== '') void enter(preferences.name());
else show(state);
