// All that the page shows, as one value, and the one function that makes the next value from what happened.
import { words } from '../words/words.ts';
import { amend } from './amend.ts';
import type { Amendment, ChatMessage, Extras, ReactionMark } from './chat-message.ts';
import { type Company, heardOf, noCompany, type PresenceNews } from './company.ts';
import type { Delivery, DeliveryStep } from './delivery.ts';
import { span } from './format.ts';
import { IDLE, type LinkPhase } from './link-phase.ts';
import { looked, type News, noted } from './news.ts';
import { type OlderPage, oldestPlace, prepend, wantsOlder } from './older.ts';
import { append, type NewerPage, type PageAround, type Pasts, pastOf } from './past.ts';
import { react } from './react.ts';
import {
  changed,
  listed,
  opened,
  type RoomList,
  type RoomNews,
  type RoomsTold,
  without,
} from './room-list.ts';
import type { NoteEntry, RoomLog, Unsent } from './room-log.ts';
import * as log from './room-log.ts';
import { signOf } from './room-sign.ts';
import { type Reader, read } from './seen.ts';

/** More notices than this push the oldest out. */
export const MAX_NOTICES = 3;

export interface Notice {
  readonly key: string;
  readonly text: string;
  /** What nobody has to act on. */
  readonly polite?: boolean;
  /** The room that it leads to. */
  readonly roomId?: string;
}

export interface ChatState extends RoomList {
  /** The name signed in with, or the one that the service gave instead; undefined when signed out. */
  readonly user: string | undefined;
  readonly link: LinkPhase;
  /** When the connection was lost; undefined while it is up or never was. */
  readonly lostAt: number | undefined;
  /** False while the page is hidden: what arrives then is unread. */
  readonly attentive: boolean;
  readonly notices: readonly Notice[];
  /** Why the service let nobody in; shown where people sign in. */
  readonly refusal: string | undefined;
  /** Who is in a room and types, by room. */
  readonly company: ReadonlyMap<string, Company>;
  /** What they were notified of and did not look at, newest first. */
  readonly news: readonly News[];
  /** A part of the past of a room, shown in place of the newest. */
  readonly past: RoomLog | undefined;
}

/** How many messages of a room the service counts as unread. */
export interface UnreadTold {
  readonly roomId: string;
  readonly unread: number;
  readonly more: boolean;
}

export type Happening =
  | { readonly type: 'signed-in'; readonly name: string }
  | { readonly type: 'signed-out'; readonly refusal?: string; readonly rooms: readonly string[] }
  | { readonly type: 'link'; readonly link: LinkPhase; readonly at: number }
  | { readonly type: 'room-opened'; readonly roomId: string; readonly at: number }
  | { readonly type: 'room-left'; readonly roomId: string; readonly mayBeLast?: boolean }
  | ({ readonly type: 'rooms-told' } & RoomsTold)
  | ({ readonly type: 'room-changed'; readonly mayBeLast: boolean } & RoomNews)
  | ({ readonly type: 'unread-told' } & UnreadTold)
  | { readonly type: 'presence'; readonly news: PresenceNews }
  | { readonly type: 'typing'; readonly roomId: string; readonly user: string; readonly until: number }
  | { readonly type: 'amended'; readonly amendment: Amendment }
  | { readonly type: 'reacted'; readonly mark: ReactionMark }
  | { readonly type: 'read-told'; readonly roomId: string; readonly marks: readonly Reader[] }
  | {
      readonly type: 'original-came';
      readonly roomId: string;
      readonly messageId: string;
      readonly message: ChatMessage | undefined;
    }
  | { readonly type: 'older-asked' | 'older-failed'; readonly roomId: string }
  /** `before`: what was asked for. */
  | ({ readonly type: 'older-came'; readonly roomId: string; readonly before: string } & OlderPage)
  | ({ readonly type: 'past-came'; readonly roomId: string } & PageAround)
  | { readonly type: 'newer-asked' | 'newer-failed' }
  | ({ readonly type: 'newer-came'; readonly after: string } & NewerPage)
  | { readonly type: 'newest-wanted' }
  | { readonly type: 'attention'; readonly attentive: boolean }
  | { readonly type: 'delivered'; readonly message: ChatMessage }
  | {
      readonly type: 'composed';
      readonly key: string;
      readonly content: string;
      readonly extras?: Extras;
      readonly at: number;
    }
  | ({ readonly type: 'restored'; readonly delivery: Delivery } & Unsent)
  | { readonly type: 'gap'; readonly roomId: string; readonly at: number }
  | { readonly type: 'step'; readonly key: string; readonly step: DeliveryStep; readonly reason?: string }
  | { readonly type: 'discarded'; readonly key: string }
  | ({ readonly type: 'notice' } & Notice)
  | { readonly type: 'notice-dismissed'; readonly key: string }
  | { readonly type: 'noted'; readonly news: News }
  | { readonly type: 'news-cleared' };

/** Where the page's state lives. */
export interface StateHolder {
  readonly state: () => ChatState;
  readonly happen: (happening: Happening) => void;
}

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
    refusal: undefined,
    company: new Map(),
    news: [],
    past: undefined,
    about: new Map(),
    publicRooms: [],
  };
}

const REDUCERS: Reducers = {
  'signed-in': (state, { name }) => ({ ...state, user: name, refusal: undefined }),

  // The next one to sign in here may be somebody else: nothing of what was read stays.
  'signed-out': (state, { refusal, rooms }) => ({
    ...initialState(rooms, rooms.includes(state.current) ? state.current : undefined),
    attentive: state.attentive,
    refusal,
  }),

  link: (state, { link, at }) => {
    const wasOnline = state.link.phase === 'online';
    const next = { ...state, link };
    if (link.phase === 'online' && !wasOnline) return connected(next, link.user, at);
    if (wasOnline && link.phase !== 'online' && link.phase !== 'idle') return lost(next, at);
    return next;
  },

  'room-opened': (state, { roomId, at }) => {
    const isOnline = state.link.phase === 'online';
    const make = (): RoomLog =>
      isOnline ? joined(log.emptyLog(roomId), state.user, at) : log.emptyLog(roomId);
    return { ...state, ...opened(state, roomId, make), past: undefined, news: looked(state.news, roomId) };
  },

  'room-left': (state, { roomId, mayBeLast = false }) => {
    const next = without(state, roomId, mayBeLast);
    return next === state ? state : { ...state, ...next };
  },

  'rooms-told': (state, told) => ({ ...state, ...listed(state, told) }),

  'room-changed': (state, { mayBeLast, ...news }) => ({ ...state, ...changed(state, news, mayBeLast) }),

  'unread-told': (state, { roomId, unread, more }) => {
    const isRead = state.attentive && roomId === state.current;
    if (isRead) return state;
    const news = unread === 0 ? looked(state.news, roomId) : state.news; // read on another device
    return update({ ...state, news }, roomId, (room) => ({ ...room, unread, more }));
  },

  presence: (state, { news }) => withCompany(state, news.roomId, (company) => heardOf(company, news)),

  typing: (state, { roomId, user, until }) =>
    withCompany(state, roomId, (company) => {
      const typing = new Map(company.typing);
      if (until > 0) typing.set(user, until);
      else typing.delete(user);
      return { ...company, typing };
    }),

  amended: (state, { amendment }) => updateBoth(state, amendment.roomId, (room) => amend(room, amendment)),

  reacted: (state, { mark }) => updateBoth(state, mark.roomId, (room) => react(room, mark)),

  'read-told': (state, { roomId, marks }) => update(state, roomId, (room) => read(room, marks)),

  'original-came': (state, { roomId, messageId, message }) =>
    updateBoth(state, roomId, (room) => {
      const original = message && log.asItIs(message, room);
      return { ...room, originals: new Map(room.originals).set(messageId, original) };
    }),

  'older-asked': (state, { roomId }) =>
    updateBoth(state, roomId, (room) =>
      isShown(state, room) && (wantsOlder(room) || room.older === 'failed')
        ? { ...room, older: 'loading' }
        : room,
    ),

  'older-failed': (state, { roomId }) =>
    updateBoth(state, roomId, (room) => (room.older === 'loading' ? { ...room, older: 'failed' } : room)),

  'older-came': (state, { roomId, before, ...page }) =>
    updateBoth(state, roomId, (room) =>
      room.older === 'loading' && oldestPlace(room) === before ? prepend(room, page) : room,
    ),

  'past-came': (state, { roomId, ...page }) => {
    const room = roomId === state.current ? find(state, roomId) : undefined;
    return room ? withPast(state, pastOf(room, page)) : state;
  },

  'newer-asked': (state) => readingOn(state, 'loading'),

  'newer-failed': (state) => readingOn(state, 'more'),

  'newer-came': (state, { after, ...page }) => {
    const { past } = state;
    const room = find(state, state.current);
    const isAsked = past?.newer === 'loading' && past.to === after && past.roomId === room?.roomId;
    return room && isAsked ? withPast(state, append({ room, past }, page)) : state;
  },

  'newest-wanted': (state) => seenNow({ ...state, past: undefined }),

  attention: (state, { attentive }) => {
    const next = { ...state, attentive, news: attentive ? looked(state.news, state.current) : state.news };
    return attentive ? seenNow(next) : update(next, state.current, log.turnAway);
  },

  delivered: (state, { message }) => {
    const own = message.sender === state.user;
    const seen = seesNewest(state) && message.roomId === state.current;
    const delivered = update(state, message.roomId, (room) => log.deliver(room, message, { own, seen }));
    return withCompany(delivered, message.roomId, (company) => quiet(company, message.sender));
  },

  composed: (state, { key, content, extras, at }) =>
    written(
      update({ ...state, past: undefined }, state.current, (room) =>
        log.compose(room, { key, roomId: room.roomId, content, composedAt: at, ...extras }),
      ),
    ),

  restored: (state, { type: _, ...out }) => update(state, out.roomId, (room) => log.restore(room, out)),

  gap: (state, { roomId, at }) =>
    update(state, roomId, (room) => log.miss(room, state.user ?? '', note('gap', words().gap, at))),

  step: (state, { key, step, reason }) =>
    written(updateAll(state, (room) => log.step(room, key, step, reason))),

  discarded: (state, { key }) => updateAll(state, (room) => log.discard(room, key)),

  notice: (state, { type: _, ...notice }) => {
    const others = state.notices.filter(({ text }) => text !== notice.text); // the same twice is shown once
    return { ...state, notices: [...others, notice].slice(-MAX_NOTICES) };
  },

  'notice-dismissed': (state, { key }) => ({
    ...state,
    notices: state.notices.filter((notice) => notice.key !== key),
  }),

  noted: (state, { news }) =>
    state.attentive && news.roomId === state.current ? state : { ...state, news: noted(state.news, news) },

  'news-cleared': (state) => ({ ...state, news: [] }),
};

/** The state after something happened; the state before is not changed. */
export function reduce(state: ChatState, happening: Happening): ChatState {
  const reducer = REDUCERS[happening.type] as (state: ChatState, it: Happening) => ChatState;
  return reducer(state, happening);
}

export function find(state: ChatState, roomId: string): RoomLog | undefined {
  return state.rooms.find((room) => room.roomId === roomId);
}

/** What is shown of the room that is: the newest messages, or a part of the past. */
export function shownOf(state: ChatState): RoomLog | undefined {
  return state.past?.roomId === state.current ? state.past : find(state, state.current);
}

/** Whether the newest messages are before the reader's eyes. */
export function seesNewest(state: ChatState): boolean {
  return state.attentive && shownOf(state)?.newer === undefined;
}

function seenNow(state: ChatState): ChatState {
  return seesNewest(state) ? update(state, state.current, log.markRead) : state;
}

function isShown(state: ChatState, { roomId, newer }: RoomLog): boolean {
  return (newer === undefined) === (state.past?.roomId !== roomId);
}

function readingOn(state: ChatState, newer: 'more' | 'loading'): ChatState {
  return state.past ? { ...state, past: { ...state.past, newer } } : state;
}

function withPast(state: ChatState, { room, past }: Pasts): ChatState {
  return seenNow({ ...update(state, room.roomId, () => room), past });
}

function connected(state: ChatState, user: string, at: number): ChatState {
  const { lostAt } = state;
  const away = lostAt === undefined ? undefined : at - lostAt;
  const next = written({ ...state, user, lostAt: undefined });
  if (away === undefined) return updateAll(next, (room) => joined(room, user, at));
  const text = words().back(span(away));
  return updateAll(next, (room) => log.addNote(room, note('back', text, at)));
}

function lost(state: ChatState, at: number): ChatState {
  const text = words().lost;
  return updateAll({ ...state, lostAt: at }, (room) =>
    log.addNote(log.loseConnection(room), note('lost', text, at)),
  );
}

/** While there is a connection nothing waits for one. */
function written(state: ChatState): ChatState {
  return state.link.phase === 'online' ? updateAll(state, log.write) : state;
}

function joined(room: RoomLog, user: string | undefined, at: number): RoomLog {
  return log.addNote(
    room,
    note(
      'joined',
      words().joined(
        signOf({ roomId: room.roomId, name: room.name ?? room.roomId, with: undefined }),
        user || words().guest,
      ),
      at,
    ),
  );
}

function note(topic: NoteEntry['topic'], text: string, at: number): Omit<NoteEntry, 'kind'> {
  return { key: `${topic} ${at}`, topic, text, at };
}

function withCompany(state: ChatState, roomId: string, change: (company: Company) => Company): ChatState {
  const before = state.company.get(roomId) ?? noCompany;
  const after = change(before);
  return after === before ? state : { ...state, company: new Map(state.company).set(roomId, after) };
}

/** Who has said something types no more. */
function quiet(company: Company, user: string): Company {
  if (!company.typing.has(user)) return company;
  const typing = new Map(company.typing);
  typing.delete(user);
  return { ...company, typing };
}

/** Changes a room, and what is shown of its past. */
function updateBoth(state: ChatState, roomId: string, change: (room: RoomLog) => RoomLog): ChatState {
  const next = update(state, roomId, change);
  return next.past?.roomId === roomId ? { ...next, past: change(next.past) } : next;
}

function update(state: ChatState, roomId: string, change: (room: RoomLog) => RoomLog): ChatState {
  return updateAll(state, (room) => (room.roomId === roomId ? change(room) : room));
}

function updateAll(state: ChatState, change: (room: RoomLog) => RoomLog): ChatState {
  return { ...state, rooms: state.rooms.map(change) };
}
