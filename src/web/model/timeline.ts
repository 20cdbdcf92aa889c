// Turns a room's log into the lines of the screen: days, notes, the unread line, messages grouped by sender.
import { timeLocale } from '../words/words.ts';
import type { Attachment, Extras, Reaction } from './chat-message.ts';
import type { Delivery } from './delivery.ts';
import { clockTime, dayLabel, dayOf } from './format.ts';
import { isSameQuote, type Quote, quotesOf } from './quotes.ts';
import type { Entry, NoteEntry, RoomLog } from './room-log.ts';
import { seenOf } from './seen.ts';
import { systemWords } from './system-words.ts';

/** Messages of one sender no further apart than this share one heading. */
export const GROUP_SPAN = 5 * 60_000;

const HOUR = 3_600_000;

interface Line {
  readonly key: string;
}
export interface DayLine extends Line {
  readonly kind: 'day';
  readonly label: string;
}
export interface UnreadLine extends Line {
  readonly kind: 'unread';
}
export interface NoteLine extends Line {
  readonly kind: 'note';
  readonly topic: NoteEntry['topic'];
  readonly text: string;
  readonly time: string;
  readonly at: number;
}
export interface MessageLine extends Line {
  readonly kind: 'message';
  readonly sender: string;
  readonly own: boolean;
  readonly content: string;
  readonly at: number;
  readonly time: string;
  /** The first of its group carries the heading, the last ends the group. */
  readonly first: boolean;
  readonly last: boolean;
  readonly delivery: Delivery | 'delivered';
  readonly reason: string | undefined;
  /** Its place, by which it can be changed. */
  readonly messageId: string | undefined;
  readonly change: 'edited' | 'deleted' | undefined;
  /** What it answers. */
  readonly quote: Quote | undefined;
  /** Whom it means; `isForMe`: the reader is among them. */
  readonly mentions: readonly string[];
  readonly isForMe: boolean;
  readonly attachments: readonly Attachment[];
  readonly reactions: readonly Reaction[];
  /** Who has read it; told of the newest of one's own that somebody has read. */
  readonly seenBy: readonly string[];
}
export type TimelineLine = DayLine | UnreadLine | NoteLine | MessageLine;

export interface Reading {
  readonly user: string | undefined;
  readonly now: number;
  readonly locale?: string;
}

/** The lines of a room, in the order of the screen; what is still on its way stands at the end. */
export function timeline(room: RoomLog, reading: Reading): TimelineLine[] {
  const lines: TimelineLine[] = [];
  let [day, tomorrow] = [Number.NaN, Number.NaN];
  const seen = seenOf(room, reading.user);
  for (const plain of plainLines(room, reading)) {
    const line = plain.key === seen?.key ? { ...plain, seenBy: seen.users } : plain;
    if (!(line.at >= day && line.at < tomorrow)) {
      day = dayOf(line.at);
      tomorrow = dayOf(day + 36 * HOUR); // days of 23 and 25 hours too
      lines.push({ kind: 'day', key: `day ${line.key}`, label: dayLabel(line.at, reading.now) });
    }
    if (line.key === room.divider) lines.push({ kind: 'unread', key: 'unread' });
    lines.push(line);
  }
  return lines.map((line, at) => grouped(line, lines[at - 1], lines[at + 1]));
}

function plainLines(room: RoomLog, { user, locale = timeLocale() }: Reading): (NoteLine | MessageLine)[] {
  const quotes = quotesOf(room);
  const arrived = room.entries.map((entry) => entryLine(entry, quotes, user, locale));
  const onTheWay = room.outgoing.map(
    (out): MessageLine => ({
      ...messageLine(out.key, out.content, out.composedAt, locale),
      ...extrasLine(out, quotes),
      sender: user ?? '',
      own: true,
      delivery: out.delivery,
      reason: out.reason,
    }),
  );
  return [...arrived, ...onTheWay];
}

type EntryLine = NoteLine | MessageLine;

/** Of ten thousand entries few are others than a moment ago. */
const known = new WeakMap<
  Entry,
  {
    readonly user: string | undefined;
    readonly locale: string;
    readonly quote: Quote | undefined;
    readonly line: EntryLine;
  }
>();

type Quotes = (replyTo: string) => Quote;

function entryLine(entry: Entry, quotes: Quotes, user: string | undefined, locale: string): EntryLine {
  const before = known.get(entry);
  const quote = entry.kind === 'message' && entry.replyTo !== undefined ? quotes(entry.replyTo) : undefined;
  if (before?.user === user && before?.locale === locale && isSameQuote(before.quote, quote))
    return before.line;
  const line = newEntryLine(entry, quotes, user, locale);
  known.set(entry, { user, locale, quote, line });
  return line;
}

function newEntryLine(entry: Entry, quotes: Quotes, user: string | undefined, locale: string): EntryLine {
  if (entry.kind === 'note') return { ...entry, time: clockTime(entry.at, locale) };
  const { key, content, sentAt: at } = entry;
  if (entry.system)
    return { kind: 'note', key, topic: 'system', text: systemWords(entry), at, time: clockTime(at, locale) };
  return {
    ...messageLine(key, content, at, locale),
    ...extrasLine(entry, quotes),
    sender: entry.sender,
    own: entry.sender === user,
    messageId: entry.messageId,
    change: entry.change,
    isForMe: user !== undefined && (entry.mentions?.includes(user) ?? false),
    reactions: entry.reactions ?? none,
  };
}

function messageLine(key: string, content: string, at: number, locale: string) {
  const time = clockTime(at, locale);
  const alone = { first: true, last: true, delivery: 'delivered', reason: undefined } as const;
  return {
    kind: 'message',
    key,
    content,
    at,
    time,
    ...alone,
    messageId: undefined,
    change: undefined,
    ...{ quote: undefined, mentions: none, isForMe: false, attachments: none, reactions: none, seenBy: none },
  } as const;
}

const none: readonly never[] = [];

function extrasLine({ replyTo, mentions = none, attachments = none }: Extras, quotes: Quotes) {
  return { quote: replyTo === undefined ? undefined : quotes(replyTo), mentions, attachments };
}

function grouped(line: TimelineLine, before: TimelineLine | undefined, after: TimelineLine | undefined) {
  if (line.kind !== 'message') return line;
  return placed(line, !belongTogether(before, line), !belongTogether(line, after));
}

const variants = new WeakMap<MessageLine, (MessageLine | undefined)[]>();

/** The line at its place in its group: made once for each place. */
function placed(line: MessageLine, first: boolean, last: boolean): MessageLine {
  if (line.first === first && line.last === last) return line;
  const place = (first ? 1 : 0) + (last ? 2 : 0);
  let made = variants.get(line);
  if (!made) variants.set(line, (made = []));
  made[place] ??= { ...line, first, last };
  return made[place];
}

function belongTogether(one: TimelineLine | undefined, other: TimelineLine | undefined): boolean {
  if (one?.kind !== 'message' || other?.kind !== 'message') return false;
  return one.sender === other.sender && one.own === other.own && Math.abs(other.at - one.at) <= GROUP_SPAN;
}
