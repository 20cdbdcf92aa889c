// The shelf of read marks in MongoDB.
import type { Db } from 'mongodb';
import { isDuplicate } from '../../../mongodb/failures.ts';
import type { ReadingShelf } from '../../repository.ts';
import type { ReadMark } from '../../room.ts';
import { type Ask, keyOf, part } from './keys.ts';
import { idOf, type MarkDocument, marksIn, roomsIn } from './schema.ts';

export function readingShelf(ask: Ask): ReadingShelf {
  return {
    advance: (mark) => ask((db) => advance(db, mark)),
    of: (user, roomIds) => ask((db) => marksOf(db, user, roomIds)),
    in: (roomId, { after = '', limit }) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        if (key === undefined) return { items: [], next: undefined };
        const found = marksIn(db)
          .find({ key, user: { $gt: after } })
          .sort({ user: 1 });
        const marks = await found.limit(limit + 1).toArray();
        return part(
          marks.map((mark) => markOf(roomId, mark)),
          limit,
          ({ user }) => user,
        );
      }),
  };
}

/** The condition is the update's own: a mark that is further is not found, and its id cannot be put a second time. */
async function advance(
  db: Db,
  mark: ReadMark,
): Promise<{ readonly mark: ReadMark; readonly moved: boolean }> {
  const { roomId, user, number, at } = mark;
  const key = await keyOf(db, roomId);
  if (key === undefined) return { mark, moved: false };
  const _id = idOf(key, user);
  try {
    const set = { $set: { number, at }, $setOnInsert: { key, user } };
    await marksIn(db).updateOne({ _id, number: { $lt: number } }, set, { upsert: true });
    return { mark, moved: true };
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const known = await marksIn(db).findOne({ _id });
    // it went meanwhile with who left, or another one came first that is not as far
    if (known === null || known.number < number) return advance(db, mark);
    return { mark: markOf(roomId, known), moved: false };
  }
}

async function marksOf(db: Db, user: string, roomIds: readonly string[]): Promise<readonly ReadMark[]> {
  const rooms = await roomsIn(db)
    .find({ _id: { $in: [...roomIds] } }, { projection: { key: 1 } })
    .toArray();
  const ids = new Map(rooms.map(({ _id, key }) => [idOf(key, user), _id]));
  const marks = await marksIn(db)
    .find({ _id: { $in: [...ids.keys()] } })
    .toArray();
  return marks.map((mark) => markOf(ids.get(mark._id)!, mark));
}

const markOf = (roomId: string, { user, number, at }: MarkDocument): ReadMark => ({
  roomId,
  user,
  number,
  at,
});
