// What the service's JSON bodies hold, read without trust: a body of another shape is undefined.
import type { Arrival, ChatMessage, Reaction, SystemEvent } from '../model/chat-message.ts';
import type { Companion, PresenceNews } from '../model/company.ts';
import { extrasOf } from '../model/extras.ts';
import type { Reader } from '../model/seen.ts';
import type { UnreadTold } from '../model/state.ts';

export type Fields = Record<string, unknown>;

export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** Reads a chat message; a `sentAt` that is no time becomes `receivedAt`. */
export function readMessage(body: string, receivedAt: number): ChatMessage | undefined {
  return messageOf(fieldsOf(readJson(body)), receivedAt);
}

/** Reads what comes over a room's topic. @param messageId - its place, where the room is logged */
export function readArrival(body: string, receivedAt: number, messageId?: string): Arrival | undefined {
  return arrivalOf(fieldsOf(readJson(body)), receivedAt, messageId);
}

/** A page of messages over HTTP. */
export function readPage(value: unknown, receivedAt: number): readonly Arrival[] {
  const read = listOf(value).map((one) => arrivalOf(one, receivedAt, textOf(one.messageId)));
  return read.filter((arrival) => arrival !== undefined);
}

/** The place of one of a page, whatever that is. @param at - counted from the end where it is negative */
export function placeIn(value: unknown, at: number): string | undefined {
  return textOf(listOf(value).at(at)?.messageId);
}

function arrivalOf(fields: Fields, receivedAt: number, messageId?: string): Arrival | undefined {
  const { messageType = 'MESSAGE', of, roomId } = fields;
  if (messageType === 'EDIT' || messageType === 'DELETE') {
    if (typeof of !== 'string' || typeof roomId !== 'string') return undefined;
    const content = messageType === 'EDIT' ? textOf(fields.content) : undefined;
    return { kind: 'amendment', amendment: { roomId, of, content } };
  }
  if (messageType === 'REACTION') return reactionOf(fields);
  if (messageType !== 'MESSAGE' && messageType !== 'SYSTEM') return undefined;
  const message = messageOf(fields, receivedAt);
  if (message === undefined) return undefined;
  return {
    kind: 'message',
    message: {
      ...message,
      ...(messageId !== undefined && { messageId }),
      ...(messageType === 'SYSTEM' && { system: true, event: eventOf(fields.event) }),
      ...changeOf(fields),
    },
  };
}

function reactionOf({ roomId, of, sender, emoji, on }: Fields): Arrival | undefined {
  const isMark = [roomId, of, sender, emoji].every((one) => typeof one === 'string');
  if (!isMark || typeof on !== 'boolean') return undefined;
  const texts = { roomId, of, user: sender, emoji } as Record<'roomId' | 'of' | 'user' | 'emoji', string>;
  return { kind: 'reaction', mark: { ...texts, on } };
}

function eventOf(value: unknown): SystemEvent {
  const { what, user, role, name, from } = fieldsOf(value);
  return {
    what: textOf(what),
    user: textOf(user),
    role: textOf(role),
    name: textOf(name),
    from: textOf(from),
  };
}

/** Pages over HTTP have messages as they are now. */
function changeOf({ tombstone, editedAt, reactions }: Fields): Pick<ChatMessage, 'change' | 'reactions'> {
  if (typeof tombstone === 'string') return { change: 'deleted' };
  const marked = listOf(reactions).flatMap((one) => reactionIn(one) ?? []);
  return {
    ...(typeof editedAt === 'string' && { change: 'edited' }),
    ...(marked.length > 0 && { reactions: marked }),
  };
}

function reactionIn({ emoji, count, users }: Fields): Reaction | undefined {
  if (typeof emoji !== 'string' || typeof count !== 'number') return undefined;
  const named = Array.isArray(users) ? users.filter((one) => typeof one === 'string') : [];
  return { emoji, users: named, others: Math.max(0, count - named.length) };
}

/** What was found: of an edit, the message that it is of. */
export function readFound(value: unknown, receivedAt: number): readonly ChatMessage[] {
  return listOf(value).flatMap((one) => {
    const of = textOf(one.messageType === 'EDIT' ? one.of : undefined);
    const message = messageOf(of === undefined ? one : { ...one, id: of }, receivedAt);
    const messageId = of ?? textOf(one.messageId);
    return message ? { ...message, ...(messageId !== undefined && { messageId }) } : [];
  });
}

function messageOf(fields: Fields, receivedAt: number): ChatMessage | undefined {
  const { id, roomId, sender, content, sentAt } = fields;
  if (typeof id !== 'string' || typeof roomId !== 'string') return undefined;
  if (typeof sender !== 'string' || typeof content !== 'string') return undefined;
  const at = typeof sentAt === 'string' ? Date.parse(sentAt) : Number.NaN;
  return { id, roomId, sender, content, sentAt: Number.isNaN(at) ? receivedAt : at, ...extrasOf(fields) };
}

export function readUnread(body: string): UnreadTold | undefined {
  return unreadOf(fieldsOf(readJson(body)));
}

export function readUnreads(body: string): readonly UnreadTold[] {
  return listOf(fieldsOf(readJson(body)).rooms).flatMap((one) => unreadOf(one) ?? []);
}

function unreadOf({ roomId, unread, more }: Fields): UnreadTold | undefined {
  const isCount = Number.isSafeInteger(unread) && (unread as number) >= 0;
  return typeof roomId === 'string' && isCount
    ? { roomId, unread: unread as number, more: more === true }
    : undefined;
}

export function readPresence(body: string): PresenceNews | undefined {
  const { roomId, version, count, people, since, changes } = fieldsOf(readJson(body));
  if (typeof roomId !== 'string' || typeof version !== 'number' || typeof count !== 'number')
    return undefined;
  return {
    ...{ roomId, version, count },
    people: Array.isArray(people) ? people.filter(isCompanion) : undefined,
    since: typeof since === 'number' ? since : undefined,
    changes: Array.isArray(changes) ? changes.filter(isChange) : [],
  };
}

function isCompanion(value: unknown): value is Companion {
  return isChange(value) && value.state !== ('offline' as string);
}

function isChange(value: unknown): value is PresenceNews['changes'][number] {
  const { user, state } = fieldsOf(value);
  return typeof user === 'string' && (state === 'online' || state === 'away' || state === 'offline');
}

/** Somebody types; that is over by itself after so many milliseconds. */
export interface TypingTold {
  readonly roomId: string;
  readonly user: string;
  readonly typing: boolean;
  readonly expiresIn: number;
}

const mostTyping = 60_000;

export function readTyping(body: string): TypingTold | undefined {
  const { roomId, user, typing, expiresIn } = fieldsOf(readJson(body));
  if (typeof roomId !== 'string' || typeof user !== 'string') return undefined;
  const lasts = typeof expiresIn === 'number' ? Math.min(expiresIn, mostTyping) : 0;
  return { roomId, user, typing: typing === true, expiresIn: lasts };
}

/** How far people have read in a room. */
export function readMarks(body: string): { roomId: string; marks: readonly Reader[] } | undefined {
  const { roomId, marks } = fieldsOf(readJson(body));
  if (typeof roomId !== 'string') return undefined;
  const isReader = (one: Fields): boolean => typeof one.user === 'string' && Number.isSafeInteger(one.number);
  return { roomId, marks: listOf(marks).filter(isReader) as unknown as readonly Reader[] };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
