// PORT: the way of records from the logs to the writer of the history.
import type { Position } from '../message/position.ts';
import type { LogRecord } from '../message/record.ts';

/** Bytes that are no record. */
export interface Trouble {
  readonly reason: string;
  readonly bytes: Buffer;
  /** Where they stand in a log, when that could be read: there the history has a tombstone. */
  readonly place?: Position & { readonly destination: string };
}

/** One record on its way. */
export interface FeedEntry {
  /** Names the entry in its feed. */
  readonly id: string;
  /** What it brings; `undefined` when its bytes are no record: see `trouble`. */
  readonly record: LogRecord | undefined;
  /** Why there is no record, and what was found instead. */
  readonly trouble?: Trouble;
}

/** An entry that the store cannot keep. */
export interface DeadLetter {
  readonly id: string;
  readonly reason: string;
  /** When it was set aside, in milliseconds since the epoch of Unix. */
  readonly time: number;
  readonly entry: FeedEntry;
}

/**
 * The side of a feed that the writer reads. Guarantees:
 * - order: the records of one destination come in the order of their log;
 * - at least once: what was not acknowledged comes again, after a loss of the connection, a restart, or to
 *   another reader when its reader is gone for longer than the feed's take-over time;
 * - bounded: what is not acknowledged is never dropped; at the bound the log refuses to append (`history-full`);
 * - several readers share the work by destination: two never hold records of one destination at a time.
 */
export interface Feed {
  /**
   * The next entries: at least one, at most `limit`, as soon as there are any; none when `signal` fires. What
   * was read before and not acknowledged is not given again to this reader while it lives.
   */
  read(limit: number, signal: AbortSignal): Promise<readonly FeedEntry[]>;
  /** What this reader was given and was not read yet; for who reads no more: nothing is asked for behind it. */
  rest(): Promise<readonly FeedEntry[]>;
  /** The store has them, or they are dead letters: they are forgotten, and the marks of their destinations advance. */
  acknowledge(entries: readonly FeedEntry[]): Promise<void>;
  /** What is kept of what the store cannot keep. */
  readonly deadLetters: DeadLetters;
  /** Why it cannot be reached at the moment; `undefined` when it can. */
  readonly away?: string | undefined;
  /** How much waits, and for how long its oldest entry has, in milliseconds. */
  lag(): Promise<{ readonly entries: number; readonly age: number }>;
  /** Ends; what waits stays where the feed outlives this process. */
  close(): Promise<void>;
}

/** How much is kept of what cannot be stored; beyond either, the oldest give way. */
export interface DeadLetterBounds {
  readonly letters: number;
  readonly bytes: number;
}

/** Where nothing else is said. */
export const usualDeadLetters: DeadLetterBounds = { letters: 10_000, bytes: 256 * 1024 * 1024 };

/** Entries that were set aside, for an operator to look at and to try again. They are bounded. */
export interface DeadLetters {
  /** Keeps an entry; done when it is as safe as the feed is. @returns how many of the oldest gave way to it */
  add(entry: FeedEntry, reason: string): Promise<number>;
  /** The oldest first. @param after - the id of a dead letter: those behind it */
  list(limit: number, after?: string): Promise<readonly DeadLetter[]>;
  count(): Promise<number>;
  remove(id: string): Promise<boolean>;
}

/** Hears how far the history reaches: all records of the destination up to this position are stored. */
export type StoredThrough = (destination: string, position: Position) => void;
