// The shelf of changes in MongoDB.
import { type Db, MongoBulkWriteError } from 'mongodb';
import { writeErrorsOf } from '../../../mongodb/failures.ts';
import { changedOf, type KeptChange, keptOf, lastEdits, withWords } from '../../change.ts';
import type { ChangeShelf } from '../../repository.ts';
import { type Ask, keyOf } from './keys.ts';
import { type ChangeDocument, changesIn, gatheredIn } from './schema.ts';

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
        const edits = await editsOf(db, key, numbers);
        // behind the words: of a message whose words were forgotten meanwhile it says that it was deleted
        const others = { key, of: { $in: [...numbers] }, $or: [{ name: { $lt: 'E' } }, marks] };
        const found = [...edits, ...(await changesIn(db).find(others).toArray())];
        return changedOf(
          found.map(({ of, name, number, at, text }) => ({ of, name, number, at, text })),
          user,
        );
      }),
  };
}

/** The kinds of reactions that are there; of one that was taken away nobody need read. */
const marks = { name: { $gte: 'F' }, text: { $exists: true } };

/** Edits: what each says may be long, and only that of the last one counts. */
async function editsOf(db: Db, key: string, messages: readonly number[]): Promise<ChangeDocument[]> {
  const asked = { key, of: { $in: [...messages] }, name: { $gte: 'E', $lt: 'F' } };
  const edits = await changesIn(db)
    .find(asked, { projection: { text: 0 } })
    .toArray();
  if (edits.length === 0) return edits;
  const last = lastEdits(edits).map(({ _id }) => _id);
  const told = await changesIn(db)
    .find({ _id: { $in: last } })
    .toArray();
  const byId = new Map(told.map((one) => [one._id, one]));
  return edits.map((one) => byId.get(one._id) ?? one);
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
