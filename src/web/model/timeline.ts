// Turns a room's log into the lines of the screen: days, notes, the unread line, messages grouped by sender.
import { timeLocale } from '../words/words.ts';
import type { Attachment, Extras, Reaction } from './chat-message.ts';
import type { Delivery } from './delivery.ts';
import { clockTime, dayLabel, dayOf } from './format.ts';
import { isSameQuote, type Quote, quotesOf } from './quotes.ts';
import type { Entry, NoteEntry, Outgoing, RoomLog } from './room-log.ts';
import { type Seen, seenOf } from './seen.ts';
import { systemWords } from './system-words.ts';

/** Messages of one sender no further apart than this share one heading. */
export const GROUP_SPAN = 5 * 60_000;

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

/** What a line is made of. */
type Said = Entry | Outgoing;

/** What was made of a room a moment ago: of ten thousand most are the same since, and stand between the same. */
interface Made {
  readonly about: string;
  readonly said: readonly Said[];
  /** Of each the lines that it has: a day, the line above what is unread, itself. */
  readonly lines: readonly (readonly TimelineLine[])[];
  /** Keys of those that were shown otherwise than for themselves. */
  readonly marked: readonly (string | undefined)[];
}

const nothing: Made = { about: '', said: [], lines: [], marked: [] };
let last = nothing;

/** The lines of a room, in the order of the screen; what is still on its way stands at the end. */
export function timeline(room: RoomLog, reading: Reading): TimelineLine[] {
  const { user, now, locale = timeLocale() } = reading;
  const said: readonly Said[] =
    room.outgoing.length === 0 ? room.entries : [...room.entries, ...room.outgoing];
  const seen = seenOf(room, user);
  const about = `${room.roomId} ${user} ${locale} ${dayOf(now)}`;
  const before = last.about === about ? last : nothing;
  const marked = [room.divider, seen?.key];
  const isMarked = (one: Said | undefined): boolean =>
    one !== undefined && (marked.includes(one.key) || before.marked.includes(one.key));
  const quotes = quotesOf(room);
  const make = maker(said, { room, seen, quotes, user, locale, now });
  const shift = said.length - before.said.length;
  /** What stood at a place, when it is the same, answers the same, and stands between the same. */
  const kept = (at: number, was: number): readonly TimelineLine[] | undefined => {
    const is = before.said;
    const isSame = is[was] === said[at] && is[was - 1] === said[at - 1] && is[was + 1] === said[at + 1];
    if (!isSame || isMarked(said[at]) || isMarked(said[at + 1])) return undefined;
    const lines = before.lines[was];
    return lines && isSameQuote(quoteIn(lines), quoteFor(said[at], quotes)) ? lines : undefined;
  };
  const lines = said.map((_, at) => kept(at, at) ?? kept(at, at - shift) ?? make(at));
  last = { about, said, lines, marked };
  return lines.flat();
}

function quoteFor(one: Said | undefined, quotes: Quotes): Quote | undefined {
  return one && 'replyTo' in one && one.replyTo !== undefined ? quotes(one.replyTo) : undefined;
}

function quoteIn(lines: readonly TimelineLine[]): Quote | undefined {
  const line = lines.at(-1);
  return line?.kind === 'message' ? line.quote : undefined;
}

interface Making {
  readonly room: RoomLog;
  readonly seen: Seen | undefined;
  readonly quotes: Quotes;
  readonly user: string | undefined;
  readonly locale: string;
  readonly now: number;
}

/** Makes the lines of what stands at a place. */
function maker(
  said: readonly Said[],
  { room, seen, quotes, user, locale, now }: Making,
): (at: number) => readonly TimelineLine[] {
  const lineAt = (at: number): EntryLine | undefined => {
    const one = said[at];
    if (one === undefined) return undefined;
    const line =
      'kind' in one ? entryLine(one, quotes, user, locale) : outgoingLine(one, quotes, user, locale);
    return line.kind === 'message' && line.key === seen?.key ? { ...line, seenBy: seen.users } : line;
  };
  const isNewDay = (line: EntryLine, before: EntryLine | undefined): boolean =>
    before === undefined || dayOf(before.at) !== dayOf(line.at);
  const areApart = (one: EntryLine | undefined, other: EntryLine | undefined): boolean =>
    other === undefined || other.key === room.divider || isNewDay(other, one) || !belongTogether(one, other);
  return (at) => {
    const line = lineAt(at);
    if (line === undefined) return [];
    const before = lineAt(at - 1);
    const lines: TimelineLine[] = [];
    if (isNewDay(line, before))
      lines.push({ kind: 'day', key: `day ${line.key}`, label: dayLabel(line.at, now) });
    if (line.key === room.divider) lines.push({ kind: 'unread', key: 'unread' });
    const isMessage = line.kind === 'message';
    lines.push(isMessage ? placed(line, areApart(before, line), areApart(line, lineAt(at + 1))) : line);
    return lines;
  };
}

function outgoingLine(out: Outgoing, quotes: Quotes, user: string | undefined, locale: string): MessageLine {
  return {
    ...messageLine(out.key, out.content, out.composedAt, locale),
    ...extrasLine(out, quotes),
    sender: user ?? '',
    own: true,
    delivery: out.delivery,
    reason: out.reason,
  };
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
