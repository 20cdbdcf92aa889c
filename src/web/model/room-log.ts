// What the page knows of one room: the newest messages and notes, own messages on their way, what is unread.
import { amended } from './amended.ts';
import type { Amendment, ChatMessage, Extras } from './chat-message.ts';
import { advance, type Delivery, type DeliveryStep, isOnItsWay, mayBePublished } from './delivery.ts';
import { extrasOf } from './extras.ts';
import { type Marks, marked } from './reactions.ts';

export type { ChatMessage } from './chat-message.ts';

/** Older entries are dropped, so that a page which is open for weeks does not grow; a reader may ask for more. */
export const MAX_ENTRIES = 500;

/** Own messages that may wait in one room; the composer refuses more. */
export const MAX_OUTGOING = 50;

/** `key` is what the view knows an entry by; an own message keeps it from composing to delivery. */
export interface MessageEntry extends ChatMessage {
  /** Empty for an own message that is known to be published and did not come (yet). */
  readonly id: string;
  readonly kind: 'message';
  readonly key: string;
}

export interface NoteEntry {
  readonly kind: 'note';
  readonly key: string;
  readonly topic: 'joined' | 'lost' | 'back' | 'gap' | 'system';
  readonly text: string;
  readonly at: number;
}

export type Entry = MessageEntry | NoteEntry;

/** An own message, as it is remembered over a reload. */
export interface Unsent extends Extras {
  readonly key: string;
  readonly roomId: string;
  readonly content: string;
  readonly composedAt: number;
}

/** An own message that is not (known to be) delivered yet. `key` is its idempotency key as well. */
export interface Outgoing extends Unsent {
  readonly delivery: Delivery;
  readonly reason?: string;
}

export interface RoomLog {
  readonly roomId: string;
  /** When the room was joined: what was sent before is history. */
  readonly joinedAt: number | undefined;
  readonly entries: readonly Entry[];
  readonly outgoing: readonly Outgoing[];
  readonly unread: number;
  /** The first entry that was unread when the room was opened: the view draws a line above it. */
  readonly divider: string | undefined;
  /** There are more than `unread`, which nobody counted. */
  readonly more: boolean;
  /** What people see; absent: the id. */
  readonly name: string | undefined;
  /** What is known of messages before the first entry. */
  readonly older: Older;
  /** The message-id before which nothing was asked for, when an older page came; else that of the first message. */
  readonly reach: string | undefined;
  /** So many entries are kept. */
  readonly limit: number;
  /** By the message-id of what they changed; that may come later, with an older page. */
  readonly amendments: ReadonlyMap<string, Amendment>;
  /** Reactions, as amendments are. */
  readonly marks: Marks;
  /** Messages that others answer and that are not among the entries, by message-id; `undefined`: they are not to be had. */
  readonly originals: ReadonlyMap<string, ChatMessage | undefined>;
  /** The number of the last message that somebody has read, by name. */
  readonly readers: ReadonlyMap<string, number>;
  /** Only of a part of the past: there is more behind the last entry. */
  readonly newer?: 'more' | 'loading';
  /** The message-id behind which nothing was asked for. */
  readonly to?: string;
}

/** - `more`: there may be some; - `loading`; - `failed`: they were asked for in vain; - `none`: this is where it begins */
export type Older = 'more' | 'loading' | 'failed' | 'none';

export function emptyLog(roomId: string): RoomLog {
  return {
    ...{ roomId, joinedAt: undefined, entries: [], outgoing: [], unread: 0, divider: undefined },
    ...{
      more: false,
      name: undefined,
      older: 'more',
      reach: undefined,
      limit: MAX_ENTRIES,
      amendments: new Map(),
    },
    ...{ marks: new Map(), originals: new Map(), readers: new Map() },
  };
}

/** Adds a delivered message; one that is there already is ignored, an own one settles what was on its way. */
export function deliver(log: RoomLog, message: ChatMessage, from: { own: boolean; seen: boolean }): RoomLog {
  if (log.entries.some((entry) => entry.kind === 'message' && entry.id === message.id)) return log;
  const isOwn = from.own && !message.system;
  const settled = isOwn ? log.outgoing.find((out) => isSame(out, message)) : undefined;
  const missed = isOwn && !settled ? log.entries.find((entry) => isMissed(entry, message)) : undefined;
  if (missed) return identified(log, missed, message);
  const key = settled?.key ?? message.id;
  const isHistory = log.joinedAt !== undefined && message.sentAt < log.joinedAt;
  const unseen = !from.own && !from.seen && !isHistory && !message.system;
  const entry = { ...asItIs(message, log), kind: 'message', key } as const;
  return {
    ...log,
    ...(isHistory ? beforeJoining(log, entry) : appended(log, entry)),
    outgoing: settled ? log.outgoing.filter((out) => out !== settled) : log.outgoing,
    unread: unseen ? log.unread + 1 : log.unread,
    divider: unseen && log.unread === 0 ? key : log.divider,
  };
}

/** A message with what became of it already. */
export function asItIs<M extends ChatMessage>(
  message: M,
  { amendments, marks }: Pick<RoomLog, 'amendments' | 'marks'>,
): M {
  return marked(amended(message, amendments), marks);
}

/** Clocks differ: a message cannot have been sent longer before it was written than this. */
const CLOCK_SKEW = 120_000;

/** The service delivers no key, so text, time and order tell which of the own messages this is. */
function isSame(out: Outgoing, message: ChatMessage): boolean {
  const isLater = message.sentAt >= out.composedAt - CLOCK_SKEW;
  return isLater && out.content === message.content && mayBePublished(out.delivery);
}

function isMissed(entry: Entry, message: ChatMessage): boolean {
  return entry.kind === 'message' && entry.id === '' && entry.content === message.content;
}

/** What was taken for missed came after all. */
function identified(log: RoomLog, missed: Entry, { id, messageId }: ChatMessage): RoomLog {
  return {
    ...log,
    entries: log.entries.map((entry) =>
      entry === missed ? { ...missed, id, ...(messageId !== undefined && { messageId }) } : entry,
    ),
  } as RoomLog;
}

/** What was said before somebody joined stands above the note that they did. */
function beforeJoining(log: RoomLog, entry: Entry): Kept {
  const at = log.entries.findIndex((one) => one.kind === 'note' && one.topic === 'joined');
  return at < 0 ? appended(log, entry) : kept(log, log.entries.toSpliced(at, 0, entry));
}

/** Adds a note; those on the connection replace their like, so that a flapping one does not fill the room. */
export function addNote(log: RoomLog, note: Omit<NoteEntry, 'kind'>): RoomLog {
  const joinedAt = note.topic === 'joined' ? note.at : log.joinedAt;
  const from = log.entries.findLastIndex((entry) => entry.kind === 'message' || entry.topic === 'joined') + 1;
  const others = log.entries.filter(
    (entry, at) => at < from || entry.kind === 'message' || isGap(entry) !== isGap(note),
  );
  return { ...log, joinedAt, ...appended({ ...log, entries: others }, { ...note, kind: 'note' }) };
}

function isGap({ topic }: Pick<NoteEntry, 'topic'>): boolean {
  return topic === 'gap';
}

type Kept = Pick<RoomLog, 'entries' | 'older' | 'reach'>;

function appended(log: RoomLog, entry: Entry): Kept {
  return kept(log, [...log.entries, entry]);
}

/** What was dropped can be asked for. */
function kept({ limit, older, reach }: RoomLog, entries: readonly Entry[]): Kept {
  if (entries.length <= limit) return { entries, older, reach };
  return { entries: entries.slice(-limit), older: 'more', reach: undefined };
}

/** Queues an own message. Writing in a room means having read it: the line above unread messages goes. */
export function compose(log: RoomLog, out: Omit<Outgoing, 'delivery'>): RoomLog {
  if (isFull(log)) return log;
  return {
    ...log,
    outgoing: [...log.outgoing, { ...out, delivery: 'queued' }],
    unread: 0,
    more: false,
    divider: undefined,
  };
}

export function isFull(log: RoomLog): boolean {
  return log.outgoing.length >= MAX_OUTGOING;
}

/** One step in the delivery of an own message. A retried one goes to the end: it is sent after the others. */
export function step(log: RoomLog, key: string, taken: DeliveryStep, reason?: string): RoomLog {
  const out = log.outgoing.find((candidate) => candidate.key === key);
  if (!out) return log;
  const delivery = advance(out.delivery, taken);
  if (delivery === out.delivery) return log;
  const { reason: _, ...rest } = out;
  const next: Outgoing = reason === undefined ? { ...rest, delivery } : { ...rest, delivery, reason };
  if (taken !== 'retry') return { ...log, outgoing: log.outgoing.map((one) => (one === out ? next : one)) };
  return { ...log, outgoing: [...log.outgoing.filter((one) => one !== out), next] };
}

export function discard(log: RoomLog, key: string): RoomLog {
  return { ...log, outgoing: log.outgoing.filter((out) => out.key !== key) };
}

/** The connection is up: whatever waits for it is written. */
export function write(log: RoomLog): RoomLog {
  return stepAll(log, 'write');
}

/** The connection ended: what it did not confirm may or may not be published. */
export function loseConnection(log: RoomLog): RoomLog {
  return stepAll(log, 'loss');
}

function stepAll(log: RoomLog, taken: DeliveryStep): RoomLog {
  const isSame = log.outgoing.every(({ delivery }) => advance(delivery, taken) === delivery);
  if (isSame) return log;
  return {
    ...log,
    outgoing: log.outgoing.map((out) => ({ ...out, delivery: advance(out.delivery, taken) })),
  };
}

/** What came meanwhile may be missing: so may the MESSAGE of what was confirmed, and yet it is published. */
export function miss(log: RoomLog, sender: string, note: Omit<NoteEntry, 'kind'>): RoomLog {
  let next = log;
  for (const { composedAt, delivery, reason: _, ...said } of log.outgoing) {
    if (delivery !== 'confirmed') continue;
    const entry = { kind: 'message', id: '', sender, sentAt: composedAt, ...said } as const;
    next = { ...next, ...appended(next, entry) };
  }
  const outgoing = log.outgoing.filter((out) => out.delivery !== 'confirmed');
  next = { ...next, outgoing };
  const isAfterSomething = next.entries.some((entry) => entry.kind === 'message' || entry.topic === 'back');
  return isAfterSomething ? addGap(next, note) : next;
}

/** A gap in what was said before somebody joined stands among that. */
function addGap(log: RoomLog, note: Omit<NoteEntry, 'kind'>): RoomLog {
  const [before, last] = log.entries.slice(-2);
  if (last?.kind !== 'note' || last.topic !== 'joined' || before?.kind !== 'message')
    return addNote(log, note);
  const history = { ...log, entries: log.entries.slice(0, -1) };
  const noted = addNote(history, { ...note, at: before.sentAt });
  return { ...noted, ...appended(noted, last) };
}

/** An own message of before this page was loaded anew. */
export function restore(log: RoomLog, out: Outgoing): RoomLog {
  return { ...log, outgoing: [...log.outgoing, out] };
}

export function markRead(log: RoomLog): RoomLog {
  return log.unread === 0 && !log.more ? log : { ...log, unread: 0, more: false };
}

/** The reader turned away; what was read gets no line when they come back. */
export function turnAway(log: RoomLog): RoomLog {
  return log.unread > 0 || log.divider === undefined ? log : { ...log, divider: undefined };
}

/** Nobody reads far back there any more: what is older than usual goes. */
export function forgetOlder(log: RoomLog): RoomLog {
  if (log.limit === MAX_ENTRIES) return log;
  const usual = { ...log, limit: MAX_ENTRIES };
  return { ...usual, ...kept(usual, log.entries) };
}

/** What people see of it. */
export function rename(log: RoomLog, name: string | undefined): RoomLog {
  return name === undefined || name === log.name || name === log.roomId ? log : { ...log, name };
}

/** What of a room's own messages is remembered over a reload. */
export function unsent(log: RoomLog): readonly Unsent[] {
  return log.outgoing
    .filter(({ delivery }) => isOnItsWay(delivery))
    .map(({ delivery: _, reason: __, ...said }) => said);
}

/** What was remembered, as good as it can be read. */
export function unsentFrom(stored: unknown): readonly Unsent[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(isUnsent).map(({ key, roomId, content, composedAt, ...rest }) => {
    return { key, roomId, content, composedAt, ...extrasOf({ ...rest }) };
  });
}

function isUnsent(value: unknown): value is Unsent {
  const { key, roomId, content, composedAt } = (value ?? {}) as Partial<Record<keyof Unsent, unknown>>;
  return [key, roomId, content].every((one) => typeof one === 'string') && typeof composedAt === 'number';
}
