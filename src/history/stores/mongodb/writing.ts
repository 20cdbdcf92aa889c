// Putting records into MongoDB: in batches, what can never be kept apart from what can, and one in place of a tombstone.
import { type Db, MongoBulkWriteError, MongoServerError } from 'mongodb';
import type { LogRecord } from '../../../message/record.ts';
import {
  duplicateKey,
  isDuplicate,
  isOfDocument,
  isUnsendable,
  reasonOf,
  writeErrorsOf,
} from '../../../mongodb/failures.ts';
import type { Refusal } from '../../store.ts';
import { type Upsert, upsertOf } from './document.ts';
import { messagesIn } from './schema.ts';

/** A record and its write. */
export interface Writing {
  readonly record: LogRecord;
  readonly upsert: Upsert;
}

/** The writes of records, and what can be told of without a server. */
export function writingsOf(records: readonly LogRecord[]): { writings: Writing[]; refusals: Refusal[] } {
  const refusals: Refusal[] = [];
  const writings: Writing[] = [];
  for (const record of records) {
    const upsert = upsertOf(record);
    if (typeof upsert === 'string') refusals.push({ record, reason: upsert });
    else writings.push({ record, upsert });
  }
  return { writings, refusals };
}

/** Writes what can be written. @returns what MongoDB can never keep */
export async function write(db: Db, writings: readonly Writing[]): Promise<Refusal[]> {
  if (writings.length === 0) return [];
  try {
    await messagesIn(db).bulkWrite(
      writings.map(({ upsert }) => upsert),
      { ordered: false },
    );
    return [];
  } catch (error) {
    if (error instanceof MongoBulkWriteError)
      return [...refusedOf(error, writings), ...(await keyless(db, error, writings))];
    if (isUnsendable(error)) return writeApart(db, writings, error as Error);
    throw error;
  }
}

/** A key stays with its first record: what was used again after its time is kept without. */
async function keyless(db: Db, error: MongoBulkWriteError, writings: readonly Writing[]): Promise<Refusal[]> {
  const again = [error.writeErrors]
    .flat()
    .filter(({ code }) => code === duplicateKey)
    .map(({ index }) => writings[index]!.record)
    .filter(({ key }) => key !== undefined);
  return again.length === 0
    ? []
    : write(db, writingsOf(again.map((record) => ({ ...record, key: undefined }))).writings);
}

/** The rest of an unordered batch was written; when the server itself had trouble, all of it comes again. */
function refusedOf(error: MongoBulkWriteError, writings: readonly Writing[]): Refusal[] {
  const failures = writeErrorsOf(error);
  const whole = error.result.getWriteConcernError() !== undefined || !failures.every(isOfDocument);
  if (whole || (failures.length === 0 && [error.writeErrors].flat().length === 0)) throw error;
  return failures.map((failure) => ({ record: writings[failure.index]!.record, reason: reasonOf(failure) }));
}

/** The driver does not say which one it will not send: halves are tried until it stands alone. */
async function writeApart(db: Db, writings: readonly Writing[], error: Error): Promise<Refusal[]> {
  if (writings.length === 1) return [{ record: writings[0]!.record, reason: reasonOf(error) }];
  const middle = writings.length >> 1;
  const first = await write(db, writings.slice(0, middle));
  return [...first, ...(await write(db, writings.slice(middle)))];
}

/** Puts a record in the place of its tombstone: the one or the other is there at any time. */
export async function restore(db: Db, record: LogRecord): Promise<Refusal | undefined> {
  const upsert = upsertOf(record);
  if (typeof upsert === 'string') return { record, reason: upsert };
  const { filter, update } = upsert.updateOne;
  try {
    const poisoned = { ...filter, tombstone: 'poisoned' as const };
    const { matchedCount } = await messagesIn(db).replaceOne(poisoned, update.$setOnInsert);
    return matchedCount === 1 ? undefined : (await write(db, [{ record, upsert }]))[0];
  } catch (error) {
    if (!(isUnsendable(error) || (error instanceof MongoServerError && isOfDocument(error)))) throw error;
    const reason = isDuplicate(error) ? 'its key is at another place already' : reasonOf(error as Error);
    return { record, reason };
  }
}
