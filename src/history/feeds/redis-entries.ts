// Entries of the feed in Redis: what the stream holds, as records, and the other way round.
import type { Position } from '../../message/position.ts';
import type { LogRecord } from '../../message/record.ts';
import type { Reply } from '../../redis/connection.ts';
import { decodeRecord, encodeRecord } from '../../relay/envelope.ts';
import { fields } from '../../relay/redis/keys.ts';
import type { FeedEntry, Trouble } from '../feed.ts';

/** `<partition>:<id in the stream>` */
export const entryId = (partition: number, id: string): string => `${partition}:${id}`;

export function splitId(id: string): { readonly partition: number; readonly id: string } {
  const [partition = '', rest = ''] = id.split(':');
  return { partition: Number(partition), id: rest };
}

/** What is appended for a record. */
export function fieldsOf(record: LogRecord): (string | number | Buffer)[] {
  const { epoch, seq, destination } = record;
  const place = [fields.epoch, epoch, fields.seq, seq, fields.destination, destination];
  return [...place, fields.envelope, encodeRecord(record)];
}

/** The same for what is no record. */
export function fieldsOfTrouble({ bytes, place }: Trouble): (string | number | Buffer)[] {
  const { epoch, seq, destination } = place ?? {};
  const known = place && [fields.epoch, epoch!, fields.seq, seq!, fields.destination, destination!];
  return [...(known ?? []), fields.envelope, bytes];
}

/** Reads an entry; one that is no record says why. */
export function entryOf(id: string, content: Reply): FeedEntry {
  const found = namedFields(content);
  const bytes = found.get(fields.envelope) ?? Buffer.alloc(0);
  const place = placeOf(found);
  if (place === undefined) return troubled(id, 'it does not say where it stands in which log', bytes);
  try {
    return { id, record: decodeRecord(bytes, place) };
  } catch (error) {
    return troubled(id, error instanceof Error ? error.message : String(error), bytes, place);
  }
}

function troubled(id: string, reason: string, bytes: Buffer, place?: Trouble['place']): FeedEntry {
  return { id, record: undefined, trouble: place ? { reason, bytes, place } : { reason, bytes } };
}

/** An entry that was deleted has no fields. */
export function namedFields(content: Reply): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (!Array.isArray(content)) return found;
  for (let at = 0; at + 1 < content.length; at += 2)
    found.set(String(content[at]), content[at + 1] as Buffer);
  return found;
}

function placeOf(found: ReadonlyMap<string, Buffer>): (Position & { destination: string }) | undefined {
  const destination = found.get(fields.destination)?.toString();
  const epoch = wholeOf(found.get(fields.epoch));
  const seq = wholeOf(found.get(fields.seq));
  if (!destination || epoch === undefined || seq === undefined) return undefined;
  return { destination, epoch, seq };
}

function wholeOf(text: Buffer | undefined): number | undefined {
  const number = text !== undefined && /^\d{1,16}$/.test(text.toString()) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
