// Looking after a history in MongoDB: what is there, how far it reaches, and what is taken away.
import { Binary, type Db } from 'mongodb';
import type { Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import type { StoredKey, StoreUpkeep } from '../../store.ts';
import { holds, textOf, wordsOf } from '../../words.ts';
import { idOf, type RecordDocument, recordOf, unindexed } from './document.ts';
import { type Conditions, filtersOf, sortOf } from './filters.ts';
import { later, type Run } from './runs.ts';
import { messagesIn } from './schema.ts';
import { restore } from './writing.ts';

const newestFirst = { time: -1, epoch: -1, seq: -1 } as const;
const batchSize = 500;

/** An open store: its database, and the run of this process. */
export interface AtHand {
  readonly db: Db;
  readonly run: Run;
}

/** Runs what talks to the server while the store is open. @throws {StompwireError} `history-unavailable`, `history-full` */
export type Ask = <Answer>(talk: (at: AtHand) => Promise<Answer>) => Promise<Answer>;

/** The upkeep of a store. */
export function upkeepOf(ask: Ask): StoreUpkeep {
  return {
    begin: () => ask(({ run }) => run.begin()),
    end: () => ask(({ run }) => run.end()),
    last: (destination) => ask((at) => lastOf(at, destination)),
    keys: (since, limit) => ask(({ db }) => keysIn(db, since, limit)),
    count: (query) => ask(({ db }) => countIn(db, query)),
    deleteBefore: (time) => ask(({ db }) => deleteIn(db, time)),
    deleteThrough: (destination, position) => ask((at) => deleteThrough(at, destination, position)),
    redact: (destination, position) => ask(({ db }) => redactIn(db, destination, position)),
    restore: (record) => ask(({ db }) => restore(db, record)),
    all: () => allIn(ask),
    // words are in the documents: who finds a record finds them
    settled: async () => {},
  };
}

async function lastOf({ db, run }: AtHand, destination: string): Promise<Position | undefined> {
  const projection = { _id: 0, epoch: 1, seq: 1 };
  const newest = await messagesIn(db).findOne({ destination }, { sort: sortOf('newest'), projection });
  const stored = newest === null ? undefined : { epoch: newest.epoch, seq: newest.seq };
  return later(stored, await run.topOf(destination));
}

async function keysIn(db: Db, since: number, limit: number): Promise<StoredKey[]> {
  const projection = { _id: 0, destination: 1, key: 1, epoch: 1, seq: 1, time: 1 };
  const found = messagesIn(db)
    .find({ key: { $exists: true }, time: { $gte: new Date(since) } }, { projection })
    .sort(newestFirst)
    .limit(limit);
  const keys: StoredKey[] = [];
  for await (const { destination, key, epoch, seq, time } of found)
    keys.push({ destination, key: key!, position: { epoch, seq }, time: time.getTime() });
  return keys;
}

async function countIn(db: Db, query: Conditions): Promise<number> {
  const words = wordsOf(query.text ?? '');
  let count = 0;
  for (const filter of filtersOf(query)) {
    if (words.length === 0) count += await messagesIn(db).countDocuments(filter);
    else {
      const found = messagesIn(db).find(filter, { projection: unindexed, batchSize });
      for await (const document of found)
        if (holds(textOf(recordOf(document as RecordDocument)) ?? '', words)) count++;
    }
  }
  return count;
}

async function deleteIn(db: Db, time: number): Promise<number> {
  const { deletedCount } = await messagesIn(db).deleteMany({ time: { $lt: new Date(time) } });
  return deletedCount;
}

async function deleteThrough({ db }: AtHand, destination: string, position: Position): Promise<number> {
  let deleted = 0;
  const before = { epoch: position.epoch, seq: position.seq + 1 };
  for (const filter of filtersOf({ destination, before }))
    deleted += (await messagesIn(db).deleteMany(filter)).deletedCount;
  return deleted;
}

async function redactIn(db: Db, destination: string, position: Position): Promise<boolean> {
  const { matchedCount } = await messagesIn(db).updateOne(
    { _id: idOf(destination, position) },
    {
      $set: { body: new Binary(new Uint8Array(0)), tombstone: 'redacted' },
      $unset: { headers: '', bigrams: '' },
    },
  );
  return matchedCount === 1;
}

/** Page by page: a cursor of the server would end while whoever takes the records pauses. */
async function* allIn(ask: Ask): AsyncIterable<LogRecord> {
  let destination: string | undefined = '';
  while ((destination = await ask(({ db }) => destinationBehind(db, destination!))) !== undefined)
    yield* recordsOf(ask, destination);
}

async function destinationBehind(db: Db, destination: string): Promise<string | undefined> {
  const next = await messagesIn(db).findOne(
    { destination: { $gt: destination } },
    { sort: { destination: 1, epoch: 1, seq: 1 }, projection: { _id: 0, destination: 1 } },
  );
  return next?.destination;
}

async function* recordsOf(ask: Ask, destination: string): AsyncIterable<LogRecord> {
  let after: Position = { epoch: -1, seq: 0 };
  for (;;) {
    const page = await ask(({ db }) => pageOf(db, destination, after));
    if (page.length === 0) return;
    yield* page;
    after = page.at(-1)!;
  }
}

/** The next records of the epoch, or, when there are none, of those behind it. */
async function pageOf(db: Db, destination: string, after: Position): Promise<LogRecord[]> {
  for (const filter of filtersOf({ destination, after })) {
    const found = messagesIn(db).find(filter, { projection: unindexed }).sort(sortOf('oldest'));
    const page = await found.limit(batchSize).toArray();
    if (page.length > 0) return page.map((document) => recordOf(document as RecordDocument));
  }
  return [];
}
