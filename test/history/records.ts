// Records for tests of the history, told apart by their destination and seq.
import type { LogRecord } from '../../src/message/record.ts';

export function recordAt(destination: string, seq: number, parts: Partial<LogRecord> = {}): LogRecord {
  const body = Buffer.from(`${destination} ${seq}`);
  const none = { sender: undefined, contentType: undefined, headers: [], key: undefined };
  return { destination, epoch: 1, seq, time: Date.now(), body, ...none, ...parts };
}

/** What the order of one destination is judged by. */
export const seqsOf = (records: readonly (LogRecord | undefined)[], destination: string): number[] =>
  records.filter((record) => record?.destination === destination).map((record) => record!.seq);
