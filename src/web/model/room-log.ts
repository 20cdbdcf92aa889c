// What the page knows of one room: the newest messages and notes, own messages on their way, what is unread.
import { advance, type Delivery, type DeliveryStep, mayBePublished } from './delivery.ts';

/** Older entries are dropped, so that a page which is open for weeks does not grow. */
export const MAX_ENTRIES = 500;

/** Own messages that may wait in one room; the composer refuses more. */
export const MAX_OUTGOING = 50;

/** A message as the service delivers it; `sentAt` in milliseconds since 1970. */
export interface ChatMessage {
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly content: string;
  readonly sentAt: number;
}

/** `key` is what the view knows an entry by; an own message keeps it from composing to delivery. */
export interface MessageEntry extends ChatMessage {
  readonly kind: 'message';
  readonly key: string;
}

export interface NoteEntry {
  readonly kind: 'note';
  readonly key: string;
  readonly topic: 'joined' | 'lost' | 'back';
  readonly text: string;
  readonly at: number;
}

export type Entry = MessageEntry | NoteEntry;

/** An own message that is not (known to be) delivered yet. `key` is its receipt id as well. */
export interface Outgoing {
  readonly key: string;
  readonly roomId: string;
  readonly content: string;
  readonly composedAt: number;
  readonly delivery: Delivery;
  readonly reason?: string;
}

export interface RoomLog {
  readonly roomId: string;
  readonly entries: readonly Entry[];
  readonly outgoing: readonly Outgoing[];
  readonly unread: number;
  /** The first entry that was unread when the room was opened: the view draws a line above it. */
  readonly divider: string | undefined;
}

export function emptyLog(roomId: string): RoomLog {
  return { roomId, entries: [], outgoing: [], unread: 0, divider: undefined };
}

/** Adds a delivered message; one that is there already is ignored, an own one settles what was on its way. */
export function deliver(log: RoomLog, message: ChatMessage, from: { own: boolean; seen: boolean }): RoomLog {
  if (log.entries.some((entry) => entry.kind === 'message' && entry.id === message.id)) return log;
  const settled = from.own ? log.outgoing.find((out) => isSame(out, message)) : undefined;
  const key = settled?.key ?? message.id;
  const outgoing = settled ? log.outgoing.filter((out) => out !== settled) : log.outgoing;
  const unseen = !from.own && !from.seen;
  return {
    ...log,
    entries: appended(log.entries, { ...message, kind: 'message', key }),
    outgoing,
    unread: unseen ? log.unread + 1 : log.unread,
    divider: unseen && log.unread === 0 ? key : log.divider,
  };
}

/** The service delivers no receipt id, so text and order tell which of the own messages this is. */
function isSame(out: Outgoing, message: ChatMessage): boolean {
  return out.content === message.content && mayBePublished(out.delivery);
}

/** Adds a note; notes on the connection replace each other, so that a flapping one does not fill the room. */
export function addNote(log: RoomLog, note: Omit<NoteEntry, 'kind'>): RoomLog {
  const last = log.entries.at(-1);
  const replaces = note.topic !== 'joined' && last?.kind === 'note' && last.topic !== 'joined';
  const before = replaces ? log.entries.slice(0, -1) : log.entries;
  return { ...log, entries: appended(before, { ...note, kind: 'note' }) };
}

function appended(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const kept = entries.length >= MAX_ENTRIES ? entries.slice(entries.length - MAX_ENTRIES + 1) : entries;
  return [...kept, entry];
}

/** Queues an own message. Writing in a room means having read it: the line above unread messages goes. */
export function compose(log: RoomLog, out: Omit<Outgoing, 'delivery'>): RoomLog {
  if (isFull(log)) return log;
  return {
    ...log,
    outgoing: [...log.outgoing, { ...out, delivery: 'queued' }],
    unread: 0,
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

/**
 * The connection ended: what was not confirmed may or may not be published, and what was confirmed is,
 * though its MESSAGE can no longer come.
 */
export function loseConnection(log: RoomLog, sender: string): RoomLog {
  let { entries } = log;
  for (const { key, roomId, content, composedAt, delivery } of log.outgoing) {
    if (delivery !== 'confirmed') continue;
    entries = appended(entries, {
      kind: 'message',
      key,
      id: key,
      roomId,
      sender,
      content,
      sentAt: composedAt,
    });
  }
  const outgoing = log.outgoing
    .filter((out) => out.delivery !== 'confirmed')
    .map((out) => ({ ...out, delivery: advance(out.delivery, 'loss') }));
  return { ...log, entries, outgoing };
}

export function markRead(log: RoomLog): RoomLog {
  return log.unread === 0 ? log : { ...log, unread: 0 };
}

/** The reader turned away; what was read gets no line when they come back. */
export function turnAway(log: RoomLog): RoomLog {
  return log.unread > 0 || log.divider === undefined ? log : { ...log, divider: undefined };
}
