// Records as they cross from one thread to another: flat heads, and all bodies in one piece of memory that is handed over.
import { Buffer } from 'node:buffer';
import type { LogRecord } from '../../../message/record.ts';

type Head = readonly [
  destination: string,
  epoch: number,
  seq: number,
  time: number,
  sender: string | undefined,
  contentType: string | undefined,
  headers: readonly string[],
  key: string | undefined,
  tombstone: LogRecord['tombstone'],
  bytes: number,
];

/** Some records. */
export interface Packed {
  readonly heads: readonly Head[];
  readonly bodies: Uint8Array<ArrayBuffer>;
}

export function packed(records: readonly LogRecord[]): Packed {
  const bodies = new Uint8Array(records.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  const heads = records.map((record): Head => {
    const { destination, epoch, seq, time, sender, contentType, headers, key, tombstone, body } = record;
    bodies.set(body, at);
    at += body.length;
    return [destination, epoch, seq, time, sender, contentType, headers, key, tombstone, body.length];
  });
  return { heads, bodies };
}

export function unpacked({ heads, bodies }: Packed): LogRecord[] {
  let at = 0;
  return heads.map((head) => {
    const bytes = head[9];
    at += bytes;
    return recordOf(head, Buffer.from(bodies.buffer, at - bytes, bytes));
  });
}

/** By index: to take an array of ten apart by a pattern costs more memory than the record has. */
const recordOf = (head: Head, body: Buffer): LogRecord => ({
  destination: head[0],
  epoch: head[1],
  seq: head[2],
  time: head[3],
  sender: head[4],
  contentType: head[5],
  headers: head[6],
  body,
  key: head[7],
  tombstone: head[8],
});
