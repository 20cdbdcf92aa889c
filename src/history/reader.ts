// Reads what was said, newest or oldest first: from the hot log, and where that ends from the store, behind one cursor.
import { setImmediate as turn } from 'node:timers/promises';
import type { LogPolicy } from '../message/policies.ts';
import { comparePositions, type Position } from '../message/position.ts';
import type { LoggedMessage, LogRecord } from '../message/record.ts';
import type { Log, LogReach } from '../relay/log.ts';
import { positionInCursor } from './cursor.ts';
import { NumberedPlaces } from './numbered-places.ts';
import { largestPage, PageFilling } from './page.ts';
import type { HistoryPage, HistoryQuery, HistoryStore } from './store.ts';
import { holds, textOf, wordsOf } from './words.ts';

/** What a reader stands on. */
export interface ReaderParts {
  /** None: nothing is logged. */
  readonly log: Log | undefined;
  /** None: there is nothing behind the hot logs. */
  readonly store: Pick<HistoryStore, 'find'> | undefined;
  readonly policyOf: (destination: string) => LogPolicy | undefined;
}

/** A place in the history of a destination: itself, or the number that messages of it are given out with. */
export type Place = Position | number;

/** What a reader is asked. */
export interface ReaderQuery extends Omit<HistoryQuery, 'before' | 'after'> {
  readonly before?: Place | undefined;
  readonly after?: Place | undefined;
}

/** So many messages are read from a hot log at a time; a search lets others be served between two of them. */
const stretch = 128;

const beforeAll: Position = { epoch: 0, seq: 0 };
const behindAll: Position = { epoch: Number.MAX_SAFE_INTEGER, seq: 0 };

/** Everything between two places that a query asks for; neither of them included. */
interface Span {
  readonly after: Position;
  readonly before: Position;
}

/**
 * Reads the history of logged destinations. Where the hot log ends and the store begins cannot be told: what is in the
 * log is read there, though the store may have it too, and the store is asked for what is older only.
 */
export class HistoryReader {
  readonly #parts: ReaderParts;
  readonly #places = new NumberedPlaces();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /**
   * A page of what a query finds; of a destination that is not logged, nothing.
   *
   * @throws {StompwireError} `bad-cursor`; `history-unavailable`, `relay-unavailable`
   */
  async page(asked: ReaderQuery): Promise<HistoryPage> {
    const reach = await this.#reach(asked.destination);
    const query = await this.#placed(asked, reach);
    const filling = new PageFilling(query);
    const span = spanOf(query);
    if (reach === undefined) return filling.page();
    const edge: Position = { epoch: reach.top.epoch, seq: reach.oldest };
    if (query.order === 'oldest') {
      if (await this.#fromStore(query, earlier(span, edge), filling)) return filling.page();
      await this.#upwards(query, span, reach, filling);
    } else if (await this.#downwards(query, span, reach, filling)) {
      await this.#fromStore(query, earlier(span, edge), filling);
    }
    return filling.page();
  }

  /** The place of a number, whether there is a message of it or not. */
  async placeOf(destination: string, number: number): Promise<Position> {
    return this.#place(destination, number, await this.#reach(destination));
  }

  /** The latest place that may be read of; before the first message, where that will stand behind. */
  async top(destination: string): Promise<Position> {
    return (await this.#reach(destination))?.top ?? beforeAll;
  }

  /** @returns none: nothing is logged there */
  async #reach(destination: string): Promise<LogReach | undefined> {
    const { log, policyOf } = this.#parts;
    return log === undefined || policyOf(destination) === undefined ? undefined : log.reach(destination);
  }

  async #placed(asked: ReaderQuery, reach: LogReach | undefined): Promise<HistoryQuery> {
    const { destination, before, after } = asked;
    if (typeof before !== 'number' && typeof after !== 'number') return asked as HistoryQuery;
    return {
      ...asked,
      before: typeof before === 'number' ? await this.#place(destination, before, reach) : before,
      after: typeof after === 'number' ? await this.#place(destination, after, reach) : after,
    };
  }

  async #place(destination: string, number: number, reach: LogReach | undefined): Promise<Position> {
    if (reach === undefined) return { epoch: 0, seq: number };
    return this.#places.of(destination, number, reach.top.epoch, async (before) => {
      const page = await this.#parts.store?.find({ destination, order: 'newest', before, limit: 1 });
      return page?.records[0];
    });
  }

  /** Reads the hot log from its top. @returns whether there is room for more */
  async #downwards(query: HistoryQuery, span: Span, reach: LogReach, filling: PageFilling): Promise<boolean> {
    const finds = finder(query);
    const { epoch } = reach.top;
    const lowest = seqIn(epoch, span.after) ?? (span.after.epoch > epoch ? Number.POSITIVE_INFINITY : 0);
    const end = Math.max(reach.oldest - 1, lowest);
    let at = seqIn(epoch, span.before);
    at = at === undefined ? (span.before.epoch > epoch ? reach.top.seq : 0) : at - 1;
    for (at = Math.min(at, reach.top.seq); at > end; ) {
      const after = Math.max(end, at - stretch);
      const messages = await this.#between(query.destination, epoch, after, at);
      for (let i = messages.length - 1; i >= 0; i--) {
        const record = recordOf(messages[i]!);
        if (finds(record) && !filling.take(record)) return false;
      }
      at = after;
      if (query.text !== undefined) await turn();
    }
    return true;
  }

  /** Reads the hot log upwards, to its top. */
  async #upwards(query: HistoryQuery, span: Span, reach: LogReach, filling: PageFilling): Promise<void> {
    const finds = finder(query);
    const { epoch, seq: top } = reach.top;
    if (comparePositions(span.after, reach.top) >= 0) return;
    const last = span.before.epoch > epoch ? top : Math.min(top, (seqIn(epoch, span.before) ?? 0) - 1);
    for (let at = Math.max(reach.oldest - 1, seqIn(epoch, span.after) ?? 0); at < last; ) {
      const to = Math.min(last, at + stretch);
      for (const message of await this.#between(query.destination, epoch, at, to)) {
        const record = recordOf(message);
        if (finds(record) && !filling.take(record)) return;
      }
      at = to;
      if (query.text !== undefined) await turn();
    }
  }

  /** What stands behind `after` up to `to`; what has left the log meanwhile is in the store. */
  async #between(
    destination: string,
    epoch: number,
    after: number,
    to: number,
  ): Promise<readonly (LoggedMessage | LogRecord)[]> {
    const messages = await this.#parts.log!.read(destination, { epoch, seq: after }, to - after);
    if (messages[0]?.position.seq === after + 1) return messages;
    const { store } = this.#parts;
    if (store === undefined) return messages;
    const bounds = { after: { epoch, seq: after }, before: { epoch, seq: to + 1 } };
    return (await store.find({ destination, order: 'oldest', limit: to - after, ...bounds })).records;
  }

  /** @returns whether the store had more than the page took */
  async #fromStore(query: HistoryQuery, span: Span, filling: PageFilling): Promise<boolean> {
    const { store } = this.#parts;
    if (store === undefined || comparePositions(span.after, span.before) >= 0) return false;
    // one more than the page holds tells whether there is another page, in the same read
    const limit = Math.min(query.limit + 1, largestPage);
    const asked = { ...query, ...span, limit, cursor: undefined };
    for (let next: string | undefined; ; ) {
      const page = await store.find({ ...asked, cursor: next });
      for (const record of page.records) if (!filling.take(record)) return true;
      if (page.next === undefined) return false;
      next = page.next;
    }
  }
}

/** The bounds that a query gives, and the cursor draws closer. */
function spanOf(query: HistoryQuery): Span {
  const at = positionInCursor(query);
  const { after = beforeAll, before = behindAll } = query;
  if (at === undefined) return { after, before };
  return query.order === 'oldest' ? { after: at, before } : { after, before: at };
}

/** The part of a span that lies before a place. */
function earlier({ after, before }: Span, edge: Position): Span {
  return { after, before: comparePositions(before, edge) < 0 ? before : edge };
}

function seqIn(epoch: number, position: Position): number | undefined {
  return position.epoch === epoch ? position.seq : undefined;
}

/** Whether a record of the right place is one that a query asks for. */
function finder({ from, to, sender, text }: HistoryQuery): (record: LogRecord) => boolean {
  const words = text === undefined ? undefined : wordsOf(text);
  return (record) =>
    (from === undefined || record.time >= from) &&
    (to === undefined || record.time < to) &&
    (sender === undefined || record.sender === sender) &&
    (words === undefined || words.length === 0 || holds(textOf(record) ?? '', words));
}

/** A message of a log as stores give it out. */
function recordOf(message: LoggedMessage | LogRecord): LogRecord {
  if (!('position' in message)) return message;
  const { position, destination, time, sender, contentType, headers, body } = message;
  const record = { ...position, destination, time, sender, contentType, body, key: undefined };
  // no publisher may name a header so
  if (headers[0] === 'tombstone') return { ...record, headers: [], tombstone: 'redacted' };
  return { ...record, headers };
}
