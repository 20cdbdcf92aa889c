// Replays logged destinations to whoever resumes: from the hot log, and where that ends from the history.
import { Channel } from '../channel/channel.ts';
import type { Outbound } from '../channel/outbound.ts';
import type { Message } from '../message/message.ts';
import { comparePositions, destinationHash, type Position } from '../message/position.ts';
import { type LoggedMessage, messageOf } from '../message/record.ts';
import { type Counter, type Metrics, noMetrics } from '../metrics/metrics.ts';
import type { Log, LogReach, Redacted } from '../relay/log.ts';
import { LatelyRedacted } from './lately-redacted.ts';
import { LatestFlights } from './latest-flights.ts';
import { type Page, type PageName, Pages, type Replayed, type Source } from './replay-pages.ts';
import type { HistoryStore } from './store.ts';

/** How much is read and kept at a time. */
export interface ReplayLimits {
  /** Messages of a page. */
  readonly pageSize: number;
  /** Bytes of the bodies of a page. */
  readonly pageBytes: number;
  /** Bytes of all pages that are kept for a moment. */
  readonly cacheBytes: number;
  /** How long that moment is, in milliseconds; it begins anew for who is asked for, up to twelve times. */
  readonly cacheTime: number;
}

const usualLimits: ReplayLimits = {
  pageSize: 128,
  pageBytes: 64 * 1024,
  cacheBytes: 8 * 1024 * 1024,
  cacheTime: 5000,
};

/** What a replay stands on. */
export interface ReplayParts {
  readonly log: Log;
  /** None: there is nothing behind the hot logs. */
  readonly store?: Pick<HistoryStore, 'find'> | undefined;
  /** What delivered messages pass, once for all subscribers. */
  readonly outbound?: Channel<Outbound>;
  /** Hears of interceptors there that throw: their message is dropped. */
  readonly failed?: (error: unknown, message: Message) => void;
  readonly metrics?: Metrics;
  readonly limits?: Partial<ReplayLimits>;
}

/** What stands behind a position in one source. */
export interface Stretch {
  readonly entries: readonly Replayed[];
  /** Where the page begins that they are from. */
  readonly start: Position;
  /** Whether that page ended because it was full. */
  readonly more: boolean;
}

/** Reads what was missed, for all who missed it: thousands of readers cost one read per page. */
export class Replay {
  readonly limits: ReplayLimits;
  /** What is not to be given any more as it was read. */
  readonly lately = new LatelyRedacted();
  readonly resumed: Readonly<Record<'complete' | 'gap' | 'broken', Counter>>;
  readonly #reads: Readonly<Record<Source, Counter>>;
  readonly #parts: ReplayParts;
  readonly #outbound: Channel<Outbound>;
  readonly #pages: Pages;
  readonly #tops: LatestFlights<LogReach>;
  readonly #tails = new Map<string, Promise<Position>>();
  #held = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.limits = { ...usualLimits, ...parts.limits };
    this.#outbound = parts.outbound ?? new Channel();
    this.#pages = new Pages((name) => this.#load(name), this.limits);
    this.#tops = new LatestFlights((destination) => parts.log.reach(destination));
    const metrics = parts.metrics ?? noMetrics;
    this.resumed = {
      complete: counterOf(metrics, 'complete'),
      gap: counterOf(metrics, 'gap'),
      broken: counterOf(metrics, 'broken'),
    };
    this.#reads = { log: readsOf(metrics, 'log'), store: readsOf(metrics, 'store') };
    const most = 'The most bytes that ever waited in the server for one client that resumed';
    metrics.gauge('resume_held_bytes_max', most, () => this.#held);
    metrics.gauge('resume_cache_bytes', 'Bytes of pages kept for who resumes', () => this.#pages.bytes);
  }

  /** Tells how many bytes wait for one client that resumes. */
  holds(bytes: number): void {
    if (bytes > this.#held) this.#held = bytes;
  }

  /** Forgets what was read: bodies have been redacted. @param redacted - which one, as far as that is known */
  forget(redacted?: Redacted): void {
    if (redacted !== undefined) this.lately.add(redacted.destination, redacted.position);
    this.#pages.clear();
  }

  /** Nothing is kept any more. */
  close(): void {
    this.#pages.clear();
  }

  /** How far a log reaches; begun to be read after this was asked, whoever else asks. */
  reach(destination: string): Promise<LogReach> {
    return this.#tops.get(destination);
  }

  /** Whether there is a history behind the hot logs. */
  get hasStore(): boolean {
    return this.#parts.store !== undefined;
  }

  /**
   * What stands behind a position in a source.
   *
   * @param start - the begin of a page in which the position lies
   * @param lasting - nothing is added behind it any more
   */
  async behind(
    source: Source,
    destination: string,
    after: Position,
    start: Position,
    lasting = false,
  ): Promise<Stretch> {
    for (let at = start; ; ) {
      const { entries, more } = await this.#pages.get({ source, destination, start: at }, after, lasting);
      const from = entries.findIndex(({ position }) => comparePositions(position, after) > 0);
      if (from >= 0) return { entries: from === 0 ? entries : entries.slice(from), start: at, more };
      const last = entries.at(-1);
      if (!more || last === undefined) return { entries: [], start: at, more: false };
      at = last.position; // a page that was cut by its bytes: what comes next begins where it ended
    }
  }

  /** The place before the `count` newest messages of earlier epochs; `end` when there are none. */
  tail(destination: string, end: Position, count: number): Promise<Position> {
    const key = `${end.epoch} ${count} ${destination}`;
    const known = this.#tails.get(key);
    if (known !== undefined) return known;
    const found = this.#findTail(destination, end, count).finally(() => this.#tails.delete(key));
    this.#tails.set(key, found);
    return found;
  }

  async #findTail(destination: string, end: Position, count: number): Promise<Position> {
    const { store } = this.#parts;
    const before = { epoch: end.epoch, seq: 1 };
    let at = end;
    let cursor: string | undefined;
    for (let left = count; store !== undefined && left > 0; ) {
      const limit = Math.min(left, longestFind);
      const page = await store.find({
        destination,
        order: 'newest',
        before,
        limit,
        cursor,
        maxBytes: 2 ** 20,
      });
      const oldest = page.records.at(-1);
      if (oldest !== undefined) at = { epoch: oldest.epoch, seq: oldest.seq - 1 };
      if (page.next === undefined) break;
      left -= page.records.length;
      cursor = page.next;
    }
    return at;
  }

  /** Pages end where the next one is aligned, so that all readers come to the same pages. */
  async #load({ source, destination, start }: PageName): Promise<Page> {
    const limit = this.limits.pageSize - (start.seq % this.limits.pageSize);
    this.#reads[source].add();
    if (source === 'store') return this.#loadStored(destination, start, limit);
    const { pageBytes } = this.limits;
    const messages = await this.#parts.log.read(destination, start, limit, pageBytes);
    const full = messages.length === limit || bytesOf(messages) >= pageBytes;
    return { entries: await this.#outgoing(messages), more: full };
  }

  async #loadStored(destination: string, after: Position, limit: number): Promise<Page> {
    const { store } = this.#parts;
    if (store === undefined) return { entries: [], more: false };
    const maxBytes = this.limits.pageBytes;
    const { records, next } = await store.find({ destination, order: 'oldest', after, limit, maxBytes });
    const hash = destinationHash(destination);
    const messages = records.map((record) => messageOf(record, hash));
    return { entries: await this.#outgoing(messages), more: next !== undefined };
  }

  /** As everything that is delivered, messages pass the outbound line once, for all who hear them. */
  async #outgoing(messages: readonly LoggedMessage[]): Promise<readonly Replayed[]> {
    if (this.#outbound.empty) return messages.map((message) => ({ position: message.position, message }));
    const entries: Replayed[] = [];
    for (const message of messages)
      entries.push({ position: message.position, message: await this.#passed(message) });
    return entries;
  }

  async #passed(message: LoggedMessage): Promise<Message | undefined> {
    let passed: Message | undefined;
    try {
      await this.#outbound.run({ message }, (outbound) => {
        passed = outbound.message;
      });
    } catch (error) {
      this.#parts.failed?.(error, message);
      return undefined;
    }
    return passed;
  }
}

function bytesOf(messages: readonly LoggedMessage[]): number {
  return messages.reduce((sum, { body }) => sum + body.length, 0);
}

/** As many records as a store gives at once. */
const longestFind = 1000;

function counterOf(metrics: Metrics, outcome: string): Counter {
  return metrics.counter('resumes', 'Subscriptions that resumed, by what they were told', { outcome });
}

function readsOf(metrics: Metrics, source: Source): Counter {
  return metrics.counter('resume_reads', 'Pages that were read for who resumes, by where from', { source });
}
