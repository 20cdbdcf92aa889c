// The shelf of changes in MongoDB.
import { type Db, MongoBulkWriteError } from 'mongodb';
import { writeErrorsOf } from '../../../mongodb/failures.ts';
import { changedOf, type KeptChange, keptOf, withWords } from '../../change.ts';
import type { ChangeShelf } from '../../repository.ts';
import { type Ask, keyOf } from './keys.ts';
import { changesIn, gatheredIn } from './schema.ts';

export function changeShelf(ask: Ask): ChangeShelf {
  return {
    through: (roomId) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        return key === undefined ? 0 : ((await gatheredIn(db).findOne({ _id: key }))?.through ?? 0);
      }),
    gather: (roomId, changes, through) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        if (key === undefined) return;
        await keep(db, key, changes.flatMap(keptOf));
        await forgetWords(db, key, withWords(changes));
        // not before: whoever sees this mark finds all that is before it
        await gatheredIn(db).updateOne({ _id: key }, { $max: { through } }, { upsert: true });
      }),
    of: (roomId, numbers, user) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        if (key === undefined) return [];
        const found = await changesIn(db)
          .find({ key, of: { $in: [...numbers] } })
          .toArray();
        return changedOf(
          found.map(({ of, name, number, at, text }) => ({ of, name, number, at, text })),
          user,
        );
      }),
  };
}

/** Of messages that are deleted. */
async function forgetWords(db: Db, key: string, messages: readonly number[]): Promise<void> {
  if (messages.length === 0) return;
  const deletions = await changesIn(db)
    .find({ key, of: { $in: [...messages] }, name: 'D' }, { projection: { of: 1 } })
    .toArray();
  if (deletions.length === 0) return;
  const edits = { key, of: { $in: deletions.map(({ of }) => of) }, name: { $gte: 'E', $lt: 'F' } };
  await changesIn(db).updateMany(edits, { $unset: { text: '' } });
}

/** The condition is each write's own; what is there with a higher number has its id, and refuses an older one. */
async function keep(db: Db, key: string, changes: readonly KeptChange[]): Promise<void> {
  if (changes.length === 0) return;
  const writes = changes.map(({ of, name, number, at, text }) => ({
    updateOne: {
      filter: { _id: `${key}\n${of}\n${name}`, number: { $lt: number } },
      update: {
        $set: { key, of, name, number, at, ...(text !== undefined && { text }) },
        ...(text === undefined && { $unset: { text: '' as const } }),
      },
      upsert: true,
    },
  }));
  try {
    await changesIn(db).bulkWrite(writes, { ordered: true });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || writeErrorsOf(error).length > 0) throw error;
    const failed = [error.writeErrors].flat()[0]?.index ?? changes.length;
    await keep(db, key, changes.slice(failed + 1));
  }
}
