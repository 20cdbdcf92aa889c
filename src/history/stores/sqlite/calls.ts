// What one thread asks of the other: requests and replies as plain data.
import type { Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import type { HistoryQuery, StoredKey, StoreUpkeep } from '../../store.ts';
import type { Packed } from './packed.ts';
import type { Doomed, Refused } from './writing.ts';

/** Which file, and whether its thread writes or reads. */
export interface Task {
  readonly file: string;
  readonly role: 'write' | 'read';
}

/** What the thread that writes does. */
export interface WriteCalls {
  append(batch: Packed): readonly Refused[];
  remove(doomed: readonly Doomed[]): number;
  redact(destination: string, position: Position): boolean;
  /** One record. @returns why it is refused */
  restore(one: Packed): string | undefined;
  begin(now: number): { epoch: number; sure: number };
  end(): void;
  /** Answered when all that was appended is in the index of words. */
  settled(): Promise<void>;
}

/** What the thread that reads does. */
export interface ReadCalls {
  find(query: HistoryQuery): { page: Packed; next: string | undefined };
  count(query: Parameters<StoreUpkeep['count']>[0]): number;
  last(destination: string): Position | undefined;
  keys(since: number, limit: number): StoredKey[];
  older(time: number, after: Doomed | undefined, limit: number): Doomed[];
  through(destination: string, position: Position, after: Doomed | undefined, limit: number): Doomed[];
  all(after: LogRecord | undefined): Packed;
}

export type Calls = WriteCalls | ReadCalls;
