// The shelf of notices in MongoDB.
import { type Db, ObjectId } from 'mongodb';
import { isDuplicate } from '../../../mongodb/failures.ts';
import type { NoticeShelf } from '../../repository.ts';
import type { Notice } from '../../room.ts';
import type { Ask } from './keys.ts';
import { idOf, type NoticeDocument, noticesIn } from './schema.ts';

export function noticeShelf(ask: Ask): NoticeShelf {
  return {
    keep: (user, notice, cap) => ask((db) => keep(db, user, notice, cap)),
    of: (user, limit) =>
      ask(async (db) => {
        const found = noticesIn(db).find({ user }).sort({ kept: 1, tie: 1 }).limit(limit);
        return (await found.toArray()).map(noticeOf);
      }),
    drop: (user, ids) =>
      // one by one: only so it is known which of them this call has taken away
      ask(async (db) => {
        const dropped = await Promise.all(
          ids.map(async (id) => {
            const { deletedCount } = await noticesIn(db).deleteOne({ _id: idOf(user, id) });
            return deletedCount === 1 ? [id] : [];
          }),
        );
        return dropped.flat();
      }),
    read: (user, room, upTo) =>
      ask(async (db) => {
        await noticesIn(db).deleteMany({ user, room, number: { $lte: upTo } });
      }),
  };
}

async function keep(
  db: Db,
  user: string,
  { id, roomId, number, at, payload }: Notice,
  cap: number,
): Promise<void> {
  const when = { kept: Date.now(), tie: new ObjectId() };
  const notice = { user, id, room: roomId, number, at, payload: JSON.stringify(payload), ...when };
  try {
    await noticesIn(db).insertOne({ _id: idOf(user, id), ...notice });
  } catch (error) {
    if (isDuplicate(error)) return;
    throw error;
  }
  const newest = noticesIn(db)
    .find({ user }, { projection: { _id: 1 } })
    .sort({ kept: -1, tie: -1 });
  const beyond = await newest.skip(cap).toArray();
  if (beyond.length > 0) await noticesIn(db).deleteMany({ _id: { $in: beyond.map(({ _id }) => _id) } });
}

const noticeOf = ({ id, room, number, at, payload }: NoticeDocument): Notice => ({
  id,
  roomId: room,
  number,
  at,
  payload: JSON.parse(payload) as Notice['payload'],
});
