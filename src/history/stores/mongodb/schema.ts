// The collections and indexes of the history in MongoDB, their versions, and how long messages are kept.
import type { Collection, Db, IndexDescription } from 'mongodb';
import { StompwireError } from '../../../errors.ts';
import type { Position } from '../../../message/position.ts';
import type { RecordDocument } from './document.ts';

/** The latest position of a destination, for when its messages have gone. */
export interface TopDocument {
  readonly _id: string;
  readonly position: Position;
}

/** What the store knows of itself: its `schema` version, and the latest `run` of a log. */
export interface StateDocument {
  readonly _id: 'schema' | 'run';
  readonly version?: number;
  readonly epoch?: number;
  /** Whether that run has ended with all its messages here. */
  readonly ended?: boolean;
  /** No message has a higher epoch. */
  readonly highest?: number;
}

export const messagesIn = (db: Db): Collection<RecordDocument> => db.collection('messages');
export const topsIn = (db: Db): Collection<TopDocument> => db.collection('tops');
export const stateIn = (db: Db): Collection<StateDocument> => db.collection('state');

const position = { epoch: 1, seq: 1 } as const;
const indexes: IndexDescription[] = [
  { name: 'position', key: { destination: 1, ...position } },
  {
    name: 'key',
    key: { destination: 1, key: 1 },
    unique: true,
    partialFilterExpression: { key: { $exists: true } },
  },
  { name: 'words', key: { destination: 1, bigrams: 1, ...position } },
  { name: 'sender', key: { sender: 1, destination: 1, ...position } },
  { name: 'destination-time', key: { destination: 1, time: 1 } },
];

/** Brings the schema from one version to the next; may be run again when it was interrupted. */
export type Migration = (db: Db) => Promise<void>;

const migrations: readonly Migration[] = [async (db) => void (await messagesIn(db).createIndexes(indexes))];

/**
 * Makes the schema, or brings it to the version of this program; several may try at the same time.
 *
 * @throws {StompwireError} `history-unavailable` when a newer program has made it
 */
export async function migrate(db: Db, steps: readonly Migration[] = migrations): Promise<void> {
  const found = (await stateIn(db).findOne({ _id: 'schema' }))?.version ?? 0;
  if (found > steps.length)
    throw new StompwireError(
      'history-unavailable',
      `the history has version ${found} of its schema, which a newer stompwire made; this one knows ${steps.length}`,
    );
  for (let version = found; version < steps.length; version++) {
    await steps[version]!(db);
    await stateIn(db).updateOne({ _id: 'schema' }, { $max: { version: version + 1 } }, { upsert: true });
  }
}

/**
 * Older messages go within a minute or so.
 *
 * @param retention - in milliseconds; 0: they are kept for good; `undefined`: as it was
 */
export async function keepFor(db: Db, retention: number | undefined): Promise<void> {
  const index = (await messagesIn(db).listIndexes().toArray()).find(({ name }) => name === 'time');
  if (index !== undefined && retention === undefined) return;
  const wanted = retention ? Math.ceil(retention / 1000) : undefined;
  if (index !== undefined && index.expireAfterSeconds === wanted) return;
  if (index?.expireAfterSeconds === undefined || wanted === undefined) await remake(db, wanted, index);
  else await db.command({ collMod: 'messages', index: { name: 'time', expireAfterSeconds: wanted } });
}

async function remake(db: Db, wanted: number | undefined, index: object | undefined): Promise<void> {
  if (index !== undefined) await messagesIn(db).dropIndex('time');
  const expiry = wanted === undefined ? {} : { expireAfterSeconds: wanted };
  await messagesIn(db).createIndex({ time: 1 }, { name: 'time', ...expiry });
}
