// All that the page shows, as one value, and the one function that makes the next value from what happened.
import type { Delivery, DeliveryStep } from './delivery.ts';
import { span } from './format.ts';
import { IDLE, type LinkPhase } from './link-phase.ts';
import type { ChatMessage, NoteEntry, RoomLog, Unsent } from './room-log.ts';
import * as log from './room-log.ts';
import { MAX_ROOMS } from './room-names.ts';

/** More notices than this push the oldest out. */
export const MAX_NOTICES = 3;

export interface Notice {
  readonly key: string;
  readonly text: string;
}

export interface ChatState {
  /** The name signed in with, or the one that the service gave instead; undefined when signed out. */
  readonly user: string | undefined;
  readonly link: LinkPhase;
  /** When the connection was lost; undefined while it is up or never was. */
  readonly lostAt: number | undefined;
  readonly rooms: readonly RoomLog[];
  readonly current: string;
  /** False while the page is hidden: what arrives then is unread. */
  readonly attentive: boolean;
  readonly notices: readonly Notice[];
}

export type Happening =
  | { readonly type: 'signed-in'; readonly name: string }
  | { readonly type: 'signed-out' }
  | { readonly type: 'link'; readonly link: LinkPhase; readonly at: number }
  | { readonly type: 'room-opened'; readonly roomId: string; readonly at: number }
  | { readonly type: 'room-left'; readonly roomId: string }
  | { readonly type: 'attention'; readonly attentive: boolean }
  | { readonly type: 'delivered'; readonly message: ChatMessage }
  | { readonly type: 'composed'; readonly key: string; readonly content: string; readonly at: number }
  | ({ readonly type: 'restored'; readonly delivery: Delivery } & Unsent)
  | { readonly type: 'gap'; readonly roomId: string; readonly at: number }
  | { readonly type: 'step'; readonly key: string; readonly step: DeliveryStep; readonly reason?: string }
  | { readonly type: 'discarded'; readonly key: string }
  | { readonly type: 'notice'; readonly key: string; readonly text: string }
  | { readonly type: 'notice-dismissed'; readonly key: string };

type Kind = Happening['type'];
type Reducers = {
  readonly [K in Kind]: (state: ChatState, it: Extract<Happening, { type: K }>) => ChatState;
};

export function initialState(rooms: readonly string[], current = rooms[0] ?? ''): ChatState {
  return {
    user: undefined,
    link: IDLE,
    lostAt: undefined,
    rooms: rooms.map(log.emptyLog),
    current,
    attentive: true,
    notices: [],
  };
}

const REDUCERS: Reducers = {
  'signed-in': (state, { name }) => ({ ...state, user: name }),

  // The next one to sign in here may be somebody else: nothing of what was read stays.
  'signed-out': (state) => ({
    ...initialState(
      state.rooms.map((room) => room.roomId),
      state.current,
    ),
    attentive: state.attentive,
  }),

  link: (state, { link, at }) => {
    const wasOnline = state.link.phase === 'online';
    const next = { ...state, link };
    if (link.phase === 'online' && !wasOnline) return connected(next, link.user, at);
    if (wasOnline && link.phase !== 'online' && link.phase !== 'idle') return lost(next, at);
    return next;
  },

  'room-opened': (state, { roomId, at }) => {
    const known = find(state, roomId) !== undefined;
    if (!known && state.rooms.length >= MAX_ROOMS) return state;
    const isOnline = state.link.phase === 'online';
    const newcomer = isOnline ? joined(log.emptyLog(roomId), state.user, at) : log.emptyLog(roomId);
    const left = roomId === state.current ? state : update(state, state.current, log.turnAway);
    const rooms = known ? left.rooms : [...left.rooms, newcomer];
    return update({ ...left, rooms, current: roomId }, roomId, log.markRead);
  },

  'room-left': (state, { roomId }) => {
    const at = state.rooms.findIndex((room) => room.roomId === roomId);
    if (at < 0 || state.rooms.length === 1) return state; // one room always stays
    const rooms = state.rooms.filter((room) => room.roomId !== roomId);
    if (state.current !== roomId) return { ...state, rooms };
    const current = (rooms[at] ?? rooms[at - 1])?.roomId ?? '';
    return update({ ...state, rooms, current }, current, log.markRead);
  },

  attention: (state, { attentive }) =>
    update({ ...state, attentive }, state.current, attentive ? log.markRead : log.turnAway),

  delivered: (state, { message }) => {
    const own = message.sender === state.user;
    const seen = state.attentive && message.roomId === state.current;
    return update(state, message.roomId, (room) => log.deliver(room, message, { own, seen }));
  },

  composed: (state, { key, content, at }) =>
    written(
      update(state, state.current, (room) =>
        log.compose(room, { key, roomId: room.roomId, content, composedAt: at }),
      ),
    ),

  restored: (state, { type: _, ...out }) => update(state, out.roomId, (room) => log.restore(room, out)),

  gap: (state, { roomId, at }) =>
    update(state, roomId, (room) =>
      log.miss(room, state.user ?? '', note('gap', 'Messages may be missing here.', at)),
    ),

  step: (state, { key, step, reason }) =>
    written(updateAll(state, (room) => log.step(room, key, step, reason))),

  discarded: (state, { key }) => updateAll(state, (room) => log.discard(room, key)),

  notice: (state, { key, text }) => {
    const others = state.notices.filter((notice) => notice.text !== text); // the same twice is shown once
    return { ...state, notices: [...others, { key, text }].slice(-MAX_NOTICES) };
  },

  'notice-dismissed': (state, { key }) => ({
    ...state,
    notices: state.notices.filter((notice) => notice.key !== key),
  }),
};

/** The state after something happened; the state before is not changed. */
export function reduce(state: ChatState, happening: Happening): ChatState {
  const reducer = REDUCERS[happening.type] as (state: ChatState, it: Happening) => ChatState;
  return reducer(state, happening);
}

export function find(state: ChatState, roomId: string): RoomLog | undefined {
  return state.rooms.find((room) => room.roomId === roomId);
}

function connected(state: ChatState, user: string, at: number): ChatState {
  const { lostAt } = state;
  const away = lostAt === undefined ? undefined : at - lostAt;
  const next = written({ ...state, user, lostAt: undefined });
  if (away === undefined) return updateAll(next, (room) => joined(room, user, at));
  const text = `Back after ${span(away)}.`;
  return updateAll(next, (room) => log.addNote(room, note('back', text, at)));
}

function lost(state: ChatState, at: number): ChatState {
  const text = 'Connection lost. Messages you write now are sent when it is back.';
  return updateAll({ ...state, lostAt: at }, (room) =>
    log.addNote(log.loseConnection(room), note('lost', text, at)),
  );
}

/** While there is a connection nothing waits for one. */
function written(state: ChatState): ChatState {
  return state.link.phase === 'online' ? updateAll(state, log.write) : state;
}

function joined(room: RoomLog, user: string | undefined, at: number): RoomLog {
  return log.addNote(room, note('joined', `You joined #${room.roomId} as ${user ?? 'a guest'}.`, at));
}

function note(topic: NoteEntry['topic'], text: string, at: number): Omit<NoteEntry, 'kind'> {
  return { key: `${topic} ${at}`, topic, text, at };
}

function update(state: ChatState, roomId: string, change: (room: RoomLog) => RoomLog): ChatState {
  return updateAll(state, (room) => (room.roomId === roomId ? change(room) : room));
}

function updateAll(state: ChatState, change: (room: RoomLog) => RoomLog): ChatState {
  return { ...state, rooms: state.rooms.map(change) };
}
