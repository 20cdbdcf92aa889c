// Pages of logs and of the history for whoever replays: each read once for all who want it, and kept for a moment.
import type { Message } from '../message/message.ts';
import { comparePositions, type Position } from '../message/position.ts';

/** A message as it is replayed. */
export interface Replayed {
  readonly position: Position;
  /** `undefined`: an interceptor has dropped it, for everybody. */
  readonly message: Message | undefined;
}

/** Where pages are read from. */
export type Source = 'log' | 'store';

/** What stands behind a place, in order. */
export interface Page {
  readonly entries: readonly Replayed[];
  /** Whether it ended because it was full: there may be more. */
  readonly more: boolean;
}

/** Names a page: what stands in a source behind a place. */
export interface PageName {
  readonly source: Source;
  readonly destination: string;
  readonly start: Position;
}

/** What is kept of pages, and for how long. */
export interface PageLimits {
  readonly cacheBytes: number;
  /** Milliseconds. */
  readonly cacheTime: number;
}

/** A page that is read or was read. */
interface Kept {
  readonly page: Promise<Page>;
  readonly begun: number;
  bytes: number;
  /** Not before it was read; each use puts it off, up to `last`. */
  until: number;
  last: number;
}

/** A page that is asked for all the time is read again after so many times `cacheTime`. */
const longestUse = 11;

/** What a message costs beside its body, roughly: its objects and its encoded form. */
const overhead = 512;

/** Reads pages, at most one reader per page at a time, and keeps the latest within a number of bytes. */
export class Pages {
  readonly #load: (name: PageName) => Promise<Page>;
  readonly #limits: PageLimits;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #asked = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(load: (name: PageName) => Promise<Page>, limits: PageLimits) {
    this.#load = load;
    this.#limits = limits;
  }

  /** How many bytes are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A page that is full or reaches beyond a position; or, when there is nothing beyond it, one that was begun to
   * be read after this was asked.
   *
   * @param lasting - nothing is added there any more: a page that is kept says all
   */
  async get(name: PageName, beyond: Position, lasting: boolean): Promise<Page> {
    const asked = ++this.#asked;
    const key = keyOf(name);
    for (;;) {
      const kept = this.#alive(key) ?? this.#read(key, name);
      const page = await kept.page;
      if (lasting || kept.begun > asked || reaches(page, beyond)) return page;
      if (this.#kept.get(key) === kept) this.#drop(key);
    }
  }

  /** Forgets all pages: what they hold may be redacted. */
  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
  }

  #alive(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    const now = performance.now();
    if (kept !== undefined && kept.until <= now) return void this.#drop(key);
    if (kept === undefined || kept.until === Number.POSITIVE_INFINITY) return kept;
    kept.until = Math.min(now + this.#limits.cacheTime, kept.last);
    this.#kept.delete(key); // to the end: the oldest use goes first
    this.#kept.set(key, kept);
    return kept;
  }

  #read(key: string, name: PageName): Kept {
    const kept: Kept = {
      page: this.#load(name),
      begun: ++this.#asked,
      bytes: 0,
      until: Number.POSITIVE_INFINITY,
      last: Number.POSITIVE_INFINITY,
    };
    this.#kept.set(key, kept);
    kept.page.then(
      (page) => this.#came(key, kept, page),
      () => this.#kept.get(key) === kept && this.#drop(key),
    );
    return kept;
  }

  #came(key: string, kept: Kept, page: Page): void {
    if (this.#kept.get(key) !== kept) return;
    kept.until = performance.now() + this.#limits.cacheTime;
    kept.last = kept.until + longestUse * this.#limits.cacheTime;
    kept.bytes = bytesOf(page);
    this.#bytes += kept.bytes;
    for (const [oldest, { until }] of this.#kept) {
      if (this.#bytes <= this.#limits.cacheBytes) break;
      if (until !== Number.POSITIVE_INFINITY) this.#drop(oldest);
    }
    this.#sweep ??= setTimeout(() => this.#sweepOut(), this.#limits.cacheTime).unref();
  }

  /** What nobody asks for any more goes as well. */
  #sweepOut(): void {
    this.#sweep = undefined;
    const now = performance.now();
    for (const [key, { until }] of this.#kept) if (until <= now) this.#drop(key);
    if (this.#kept.size > 0) this.#sweep = setTimeout(() => this.#sweepOut(), this.#limits.cacheTime).unref();
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

function keyOf({ source, destination, start }: PageName): string {
  return `${source} ${start.epoch}-${start.seq} ${destination}`;
}

function reaches({ entries, more }: Page, beyond: Position): boolean {
  const last = entries.at(-1);
  return more || (last !== undefined && comparePositions(last.position, beyond) > 0);
}

function bytesOf({ entries }: Page): number {
  return entries.reduce((sum, { message }) => sum + overhead + 2 * (message?.body.length ?? 0), 0);
}
