// The feed within one process: a bounded ring of records between the log and the writer.
import { StompwireError } from '../../errors.ts';
import type { LogRecord } from '../../message/record.ts';
import type { Recorder } from '../../relay/log.ts';
import type { DeadLetters, Feed, FeedEntry } from '../feed.ts';
import { MemoryDeadLetters } from './memory-dead-letters.ts';

/** The bounds of a feed, and where its dead letters go. */
export interface MemoryFeedOptions {
  /** How many records may wait. */
  readonly maxEntries?: number;
  /** How many bytes the records that wait may take, as near as can be said without measuring. */
  readonly maxBytes?: number;
  /** Default: in memory, the newest thousand. */
  readonly deadLetters?: DeadLetters;
  /** A clock in milliseconds since the epoch of Unix. */
  readonly now?: () => number;
}

const usualEntries = 100_000;
const usualBytes = 256 * 1024 * 1024;
/** What a record takes beside its texts and its body. */
const overhead = 256;

/**
 * Keeps records until they are acknowledged, and loses them with the process. It has one reader.
 * Recording allocates nothing; an entry is made when it is read.
 */
export class MemoryFeed implements Feed, Recorder {
  readonly deadLetters: DeadLetters;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** A ring; its size is a power of two. What was acknowledged out of order is a hole until the first moves on. */
  #ring: (LogRecord | undefined)[] = new Array(1024);
  /** Numbers, never reused, of the first that is not acknowledged, the first unread, and the next to come. */
  #first = 0;
  #unread = 0;
  #next = 0;
  #holes = 0;
  #bytes = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: MemoryFeedOptions = {}) {
    this.#maxEntries = options.maxEntries ?? usualEntries;
    this.#maxBytes = options.maxBytes ?? usualBytes;
    this.deadLetters = options.deadLetters ?? new MemoryDeadLetters();
    this.#now = options.now ?? Date.now;
  }

  record(record: LogRecord): void {
    const size = sizeOf(record);
    const waiting = this.#next - this.#first;
    if (waiting >= this.#maxEntries || (this.#bytes + size > this.#maxBytes && waiting > 0))
      throw this.#full();
    if (waiting === this.#ring.length) this.#grow();
    this.#ring[this.#next++ & (this.#ring.length - 1)] = record;
    this.#bytes += size;
    if (this.#wake !== undefined) this.#wake();
  }

  async read(limit: number, signal: AbortSignal): Promise<readonly FeedEntry[]> {
    while (this.#unread === this.#next) {
      if (signal.aborted || this.#closed) return [];
      await this.#something(signal);
    }
    return this.#closed ? [] : this.#take(limit);
  }

  /** Nothing is given that is not read. */
  async rest(): Promise<readonly FeedEntry[]> {
    return [];
  }

  async acknowledge(entries: readonly FeedEntry[]): Promise<void> {
    for (const { id } of entries) this.#forget(Number(id));
    while (this.#first < this.#unread && this.#at(this.#first) === undefined) {
      this.#first++;
      this.#holes--;
    }
  }

  async lag(): Promise<{ entries: number; age: number }> {
    const oldest = this.#first === this.#next ? undefined : this.#at(this.#first);
    const age = oldest === undefined ? 0 : Math.max(0, this.#now() - oldest.time);
    return { entries: this.#next - this.#first - this.#holes, age };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
  }

  #take(limit: number): FeedEntry[] {
    const entries: FeedEntry[] = [];
    const end = Math.min(this.#next, this.#unread + limit);
    for (; this.#unread < end; this.#unread++)
      entries.push({ id: String(this.#unread), record: this.#at(this.#unread) });
    return entries;
  }

  /** Twice is harmless, and so is what was never read. */
  #forget(number: number): void {
    const record = number >= this.#first && number < this.#unread ? this.#at(number) : undefined;
    if (record === undefined) return;
    this.#bytes -= sizeOf(record);
    this.#holes++;
    this.#ring[number & (this.#ring.length - 1)] = undefined;
  }

  #at(number: number): LogRecord | undefined {
    return this.#ring[number & (this.#ring.length - 1)];
  }

  #grow(): void {
    const larger = new Array<LogRecord | undefined>(2 * this.#ring.length);
    for (let number = this.#first; number < this.#next; number++)
      larger[number & (larger.length - 1)] = this.#at(number);
    this.#ring = larger;
  }

  #something(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = undefined;
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }

  #full(): StompwireError {
    const entries = this.#next - this.#first;
    return new StompwireError(
      'history-full',
      `${entries} messages of ${this.#bytes} bytes wait to be stored; ` +
        `${this.#maxEntries} of ${this.#maxBytes} bytes may`,
    );
  }
}

/** Texts are taken as one byte a character: a bound of memory, no measure of it. */
function sizeOf({ body, headers, destination }: LogRecord): number {
  let size = overhead + body.length + destination.length;
  for (let at = 0; at < headers.length; at++) size += headers[at]!.length;
  return size;
}
