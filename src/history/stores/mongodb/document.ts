// Records as documents of MongoDB, and back.
import { Buffer } from 'node:buffer';
import { Binary, BSON } from 'mongodb';
import type { Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import { reasonOf } from '../../../mongodb/failures.ts';
import { flawOf } from '../../keepable.ts';
import { bigramsOf, textOf } from '../../words.ts';

/** A record in the collection `messages`. */
export interface RecordDocument {
  /** `<destination> <epoch>-<seq>`; the last blank parts them, so that no two positions share it. */
  readonly _id: string;
  readonly destination: string;
  readonly epoch: number;
  readonly seq: number;
  readonly time: Date;
  readonly body: Binary;
  readonly headers?: readonly string[];
  readonly sender?: string;
  readonly contentType?: string;
  readonly key?: string;
  readonly tombstone?: NonNullable<LogRecord['tombstone']>;
  /** What a search by words goes by. */
  readonly bigrams?: readonly string[];
}

/** What a reader wants of a document. */
export const unindexed = { bigrams: 0 } as const;

/** Names the place of a record. */
export const idOf = (destination: string, { epoch, seq }: Position): string =>
  `${destination} ${epoch}-${seq}`;

/** The record of a document. Its body is a copy: a slice would hold the whole answer of the server. */
export function recordOf(document: RecordDocument): LogRecord {
  const { destination, epoch, seq, time, body, headers = [], sender, contentType, key, tombstone } = document;
  return {
    destination,
    epoch,
    seq,
    time: time.getTime(),
    sender,
    contentType,
    headers,
    body: Buffer.from(body.value()),
    key,
    ...(tombstone !== undefined && { tombstone }),
  };
}

/** How to put a record where nothing is. */
export interface Upsert {
  readonly updateOne: {
    readonly filter: { readonly _id: string };
    readonly update: { readonly $setOnInsert: Omit<RecordDocument, '_id'> };
    readonly upsert: true;
  };
}

/** A document of MongoDB has 16 MiB; a few bytes are the command's own around it. */
const largestUpsert = 16 * 1024 * 1024 - 256;

/** The write of a record, or why it can never be written. */
export function upsertOf(record: LogRecord): Upsert | string {
  try {
    return measured(record);
  } catch (error) {
    return reasonOf(error as Error);
  }
}

function measured(record: LogRecord): Upsert | string {
  const flaw = flawOf(record) ?? textFlaw(record);
  if (flaw !== undefined) return flaw;
  const words = bigramsOf(textOf(record) ?? '');
  const document = documentOf(record);
  const whole = words.size === 0 ? document : { ...document, bigrams: [...words] };
  const upsert = putting(record, whole);
  if (mostBytesOf(record, words.size) <= largestUpsert || fits(upsert)) return upsert;
  const bare = putting(record, document);
  return fits(bare) ? bare : 'it is larger than a document of MongoDB may be (16 MiB)';
}

function putting(record: LogRecord, document: Omit<RecordDocument, '_id'>): Upsert {
  return {
    updateOne: {
      filter: { _id: idOf(record.destination, record) },
      update: { $setOnInsert: document },
      upsert: true,
    },
  };
}

function documentOf(record: LogRecord): Omit<RecordDocument, '_id'> {
  const { destination, epoch, seq, time, body, headers, sender, contentType, key, tombstone } = record;
  return {
    destination,
    epoch,
    seq,
    time: new Date(time),
    body: new Binary(body),
    ...(headers.length > 0 && { headers }),
    ...(sender !== undefined && { sender }),
    ...(contentType !== undefined && { contentType }),
    ...(key !== undefined && { key }),
    ...(tombstone !== undefined && { tombstone }),
  };
}

/** Half a surrogate pair would become another character, and two destinations or keys one. */
const textFlaw = ({ destination, key = '' }: LogRecord): string | undefined =>
  /\p{Surrogate}/u.test(destination) || /\p{Surrogate}/u.test(key) ? 'its names are no Unicode' : undefined;

/** Counted without looking at each character: whatever is far from the limit need not be measured. */
function mostBytesOf(record: LogRecord, bigrams: number): number {
  const { destination, body, headers, sender = '', contentType = '', key = '' } = record;
  const characters = headers.reduce((sum, text) => sum + text.length, 0) + sender.length + contentType.length;
  const names = 2 * destination.length + key.length;
  return body.length + 3 * (characters + names) + 20 * headers.length + 24 * bigrams + 512;
}

const fits = (upsert: Upsert): boolean => BSON.calculateObjectSize(upsert) <= largestUpsert;
