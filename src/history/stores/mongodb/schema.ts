// The collections and indexes of the history in MongoDB, their versions, and how long messages are kept.
import type { Collection, Db, IndexDescription } from 'mongodb';
import type { Position } from '../../../message/position.ts';
import type { Migration, Schema } from '../../../mongodb/schema.ts';
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

const steps: readonly Migration[] = [async (db) => void (await messagesIn(db).createIndexes(indexes))];

/** Of the history. */
export const schema: Schema = { name: 'the history', state: 'state', steps };

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
