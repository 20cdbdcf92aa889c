// PORT: where messages are kept for good, and read again by their place, time, sender and words.
import type { Position } from '../message/position.ts';
import type { LogRecord } from '../message/record.ts';

/** Which messages of a destination. What is left out restricts nothing. */
export interface HistoryQuery {
  readonly destination: string;
  /** Which end a page begins with, and the order of its records; `newest` when nothing is said. */
  readonly order?: 'newest' | 'oldest';
  /** Goes on where a page ended: that page's `next`. The rest of the query must be the same. */
  readonly cursor?: string | undefined;
  /** Only what stands before this position, itself excluded. */
  readonly before?: Position | undefined;
  /** Only what stands after this position, itself excluded. */
  readonly after?: Position | undefined;
  /** Milliseconds since the epoch of Unix: from this on, and before that. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly sender?: string | undefined;
  /** Only text bodies that hold all of its words, each anywhere within a word, whatever their case. */
  readonly text?: string | undefined;
  /** At most so many records, 1 to 1,000. */
  readonly limit: number;
  /** A page ends early when the bodies of its records reach so many bytes; it has one record at least. */
  readonly maxBytes?: number;
}

/** A part of what a query finds. */
export interface HistoryPage {
  /** Fewer than were asked for, even none, where a search has looked at many that only seem to hold its words. */
  readonly records: readonly LogRecord[];
  /** The cursor of the next page; `undefined`: there was nothing more. */
  readonly next: string | undefined;
}

/** A record that a store cannot keep, whatever is tried. */
export interface Refusal {
  readonly record: LogRecord;
  /** Why, for the operator. */
  readonly reason: string;
}

/**
 * Keeps records. Guarantees:
 * - `append` is atomic per record and done when the records are on disk (`durable`) or as safe as the store
 *   can make them. It can be repeated: a record whose position is there already is left as it is. A key that is
 *   there in this destination already stays with its first record, and the other is kept without: it was used
 *   again after its time, and its message has been delivered. What it returns are poison: refused for ever. When
 *   it rejects, any part of the batch may be there, and trying again is right: `history-full` when the disk is,
 *   `history-unavailable` else;
 * - what was appended is found by queries that begin later; words may be found a little later (`settled`);
 * - a cursor is opaque, and stable while messages arrive: a walk meets each record once that was there when
 *   it began.
 */
export interface HistoryStore {
  /** Whether what it has confirmed survives the end of this process and of the machine. */
  readonly durable: boolean;
  /** Why it cannot be reached at the moment, as far as that is known without asking it; for the operator. */
  readonly trouble?: string | undefined;
  /** Opens, makes or migrates the schema. @throws {StompwireError} `history-damaged`, `history-unavailable` */
  open(): Promise<void>;
  append(records: readonly LogRecord[]): Promise<readonly Refusal[]>;
  find(query: HistoryQuery): Promise<HistoryPage>;
  /** Everything else; grouped so that the port stays small. */
  readonly upkeep: StoreUpkeep;
  close(): Promise<void>;
}

/** What a store can do beside keeping and finding. */
export interface StoreUpkeep {
  /**
   * Begins a run of a log in this process. The epoch is on disk before it is returned and belongs to nobody
   * else; positions of epochs from `sure` on may be continued: their ends are all here.
   */
  begin(): Promise<{ readonly epoch: number; readonly sure: number }>;
  /** Ends that run: everything was appended. Without it the next run counts in an epoch of its own. */
  end(): Promise<void>;
  /** The last position of a destination. */
  last(destination: string): Promise<Position | undefined>;
  /** The keys of records that were stored since a time, newest first. */
  keys(since: number, limit: number): Promise<readonly StoredKey[]>;
  /** How many records a query finds, over all its pages; `destination` may be left out: all of them. */
  count(query: Partial<Omit<HistoryQuery, 'limit' | 'cursor' | 'order' | 'maxBytes'>>): Promise<number>;
  /** Takes away what is older than a time. @returns how many records */
  deleteBefore(time: number): Promise<number>;
  /** Takes away what a destination has up to a position, itself included. @returns how many records */
  deleteThrough(destination: string, position: Position): Promise<number>;
  /** Takes the body and the sender's headers of a record away; it stays as a tombstone. @returns whether it is there */
  redact(destination: string, position: Position): Promise<boolean>;
  /**
   * Puts a record in the place that its `poisoned` tombstone keeps for it; where none does, it is appended.
   *
   * @returns why it is refused, if it is
   */
  restore?(record: LogRecord): Promise<Refusal | undefined>;
  /** All records of all destinations, in the order of each: for an export. */
  all(): AsyncIterable<LogRecord>;
  /** Done when all that was appended can be found by its words. */
  settled(): Promise<void>;
}

/** An idempotency key and what it stands for. */
export interface StoredKey {
  readonly destination: string;
  readonly key: string;
  readonly position: Position;
  readonly time: number;
}
