// What the contract of the history store is held with: its kinds, records, and stores that end with their test.
import { Buffer } from 'node:buffer';
import type { HistoryQuery, HistoryStore } from '../../src/history/store.ts';
import type { Position } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import type { Skipping } from './skipping.ts';

/** Where a store keeps what it keeps: several stores, one after another, find the same there. */
export interface HistoryPlace {
  /** A store on it, not open. */
  store(): Promise<HistoryStore>;
  close(): Promise<void>;
}

/** A kind of history store. */
export interface HistoryStoreKind extends Skipping {
  /** A record that is larger than this kind can keep, where it has such a limit. */
  tooLarge?(): LogRecord;
  /** An empty place. */
  place(): Promise<HistoryPlace>;
}

export const room = '/topic/chat-room/lobby';

/** A record; its time is its seq unless something else is said. */
export function recordOf(seq: number, more: Partial<LogRecord> & { text?: string } = {}): LogRecord {
  const { text = `message ${seq}`, ...rest } = more;
  return {
    destination: room,
    epoch: 1,
    seq,
    time: seq,
    sender: undefined,
    contentType: undefined,
    headers: [],
    body: Buffer.from(text),
    key: undefined,
    tombstone: undefined,
    ...rest,
  };
}

export const recordsOf = (count: number, more: Parameters<typeof recordOf>[1] = {}): LogRecord[] =>
  Array.from({ length: count }, (_, i) => recordOf(i + 1, more));

export const positionOf = ({ epoch, seq }: Position): Position => ({ epoch, seq });
export const seqsOf = (records: readonly LogRecord[]): number[] => records.map(({ seq }) => seq);

/** As a reader compares them: a body in hex, so that a failure is readable. */
export const plain = (record: LogRecord): object => ({
  ...record,
  tombstone: record.tombstone,
  headers: [...record.headers],
  body: Buffer.from(record.body).toString('hex'),
});

/** All records that a query finds, page by page. `between` runs after each page. */
export async function walk(
  store: HistoryStore,
  query: HistoryQuery,
  between: () => Promise<unknown> = async () => {},
): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.find({ ...query, cursor });
    found.push(...page.records);
    cursor = page.next;
    await between();
  } while (cursor !== undefined);
  return found;
}
