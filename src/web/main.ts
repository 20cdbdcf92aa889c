// Starts the page: one state, one connection, the views that show the state, and the address that names the room.
import { openBy } from '../client/index.ts';
import { asListed } from './model/room-list.ts';
import { unsent } from './model/room-log.ts';
import { hashOfRoom, neighbour, roomOfHash } from './model/room-names.ts';
import { isDirectId } from './model/room-sign.ts';
import { type ChatState, type Happening, initialState, reduce } from './model/state.ts';
import { preferences } from './preferences.ts';
import { onActivity } from './view/activity.ts';
import { createDesktop } from './view/desktop.ts';
import { createPage } from './view/page.ts';
import { Chat } from './wire/chat.ts';
import { DEFAULT_CONFIG, fetchConfig } from './wire/config.ts';
import type { SignIn } from './wire/credentials.ts';
import { dialFor } from './wire/dial.ts';
import { openEitherWay, type WaysWorld } from './wire/either-way.ts';
import { languageOf, speak } from './words/words.ts';

// should its words not come, the page speaks English
const spoken = speak(preferences.language() ?? languageOf(navigator.languages)).catch(() => {});
let state: ChatState = initialState(preferences.rooms());
let config = DEFAULT_CONFIG;

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
    fetcher: (input, init) => fetch(input, init),
  },
  { state: () => state, happen },
  () => config,
);

const show = createPage({
  lastName: preferences.name,
  signIn(signIn) {
    preferences.signedIn(signIn);
    enter(signIn);
  },
  signOut() {
    chat.signOut();
    preferences.forget();
    history.replaceState(null, '', location.pathname + location.search); // the next one may be somebody else
  },
  open: openRoom,
  leave(roomId) {
    chat.leaveRoom(roomId);
    showAddress();
  },
  neighbour(step) {
    const rooms = asListed(state);
    if (state.user !== undefined) openRoom(neighbour(rooms, state.current, step));
  },
  choose(language) {
    preferences.setLanguage(language);
    void speak(language).then(() => show(state));
  },
  config: () => config,
  older: () => chat.older(state.current),
  search: (text) => chat.search(state.current, text),
  amend: (messageId, content) => chat.changes?.edit(state.current, messageId, content),
  remove: (messageId) => chat.changes?.delete(state.current, messageId),
  react: (messageId, emoji, on) => chat.changes?.react(state.current, messageId, emoji, on),
  original: (messageId) => chat.original(state.current, messageId),
  goTo: (messageId) => chat.goTo(state.current, messageId),
  newer: () => void chat.newer(),
  newest: () => happen({ type: 'newest-wanted' }),
  user: () => state.user,
  type: (typing) => chat.type(typing),
  say: (content, extras) => chat.say(content, extras),
  retry: (key) => chat.retry(key),
  discard: (key) => happen({ type: 'discarded', key }),
  retryNow: () => chat.retryNow(),
  complain: (text) => happen({ type: 'notice', key: newKey(), text }),
  dismiss: (key) => happen({ type: 'notice-dismissed', key }),
  tell: (text, roomId) => happen({ type: 'notice', key: newKey(), text, roomId, polite: true }),
  clear: () => happen({ type: 'news-cleared' }),
  api: () => chat.api,
  desktop: createDesktop({ wished: preferences.wishesNews, wish: preferences.wishNews }),
});

function happen(happening: Happening): void {
  const before = state;
  state = reduce(state, happening);
  if (state === before) return;
  if (config.open && state.rooms.length !== before.rooms.length)
    preferences.setRooms(state.rooms.map((room) => room.roomId).filter((roomId) => !isDirectId(roomId)));
  if (state.rooms.some(({ outgoing }, at) => outgoing !== before.rooms[at]?.outgoing))
    preferences.setUnsent(state.rooms.flatMap(unsent));
  if (state.user === undefined && before.user !== undefined) preferences.signedOut();
  show(state);
  chat.shown(state);
}

function enter(signIn: SignIn): void {
  chat.signIn(signIn, preferences.unsent());
  const roomId = roomOfHash(location.hash) ?? state.current;
  if (roomId !== '') openRoom(roomId);
}

/** As soon as it is known what the service asks for and offers. */
function start(): void {
  if (!config.open) state = initialState([]); // the service knows which rooms there are
  const [name, secret] = [preferences.name(), preferences.secret()];
  const isKnown = config.signIn === 'name' ? name !== '' : secret !== '';
  if (preferences.isSignedIn() && isKnown) enter({ name, secret });
  else show(state);
}

/** Shows a room; the address follows, so that reload, back and a shared link lead to it. */
function openRoom(roomId: string): void {
  chat.openRoom(roomId);
  showAddress();
}

function showAddress(): void {
  if (state.current === '') return;
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
addEventListener('offline', () => chat.lose());
document.addEventListener('visibilitychange', () => {
  happen({ type: 'attention', attentive: !document.hidden });
  if (!document.hidden) chat.retryNow();
});
onActivity(document, () => chat.active());
addEventListener('beforeunload', (event) => {
  const isUnsent = state.rooms.some((room) => room.outgoing.some((out) => out.delivery !== 'confirmed'));
  if (isUnsent) event.preventDefault();
});

void Promise.all([fetchConfig(fetch), spoken]).then(([fetched]) => {
  config = fetched;
  start();
});
