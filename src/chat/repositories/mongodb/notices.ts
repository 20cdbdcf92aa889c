// The shelf of notices in MongoDB.
import { type Db, MongoBulkWriteError, ObjectId } from 'mongodb';
import { isDuplicate } from '../../../mongodb/failures.ts';
import type { DueNotice, KeptNotice, NoticeShelf, NoticeStep } from '../../live-repository.ts';
import type { Notice } from '../../room.ts';
import type { Ask } from './keys.ts';
import { idOf, type NoticeDocument, noticedIn, noticesIn } from './schema.ts';

/** What was given stays for a day without its words: whoever decides a second time after a crash must not keep it anew. */
const waits = { given: { $exists: false } };

export function noticeShelf(ask: Ask): NoticeShelf {
  return {
    begin: (roomId, through) =>
      ask(async (db) => {
        const set = { $setOnInsert: { through } };
        const known = { upsert: true, returnDocument: 'after' } as const;
        return (await noticedIn(db).findOneAndUpdate({ _id: roomId }, set, known))!.through;
      }),
    through: (roomId) => ask(async (db) => (await noticedIn(db).findOne({ _id: roomId }))?.through),
    rooms: ({ limit, after = '' }) =>
      ask(async (db) => {
        const found = noticedIn(db).find({ _id: { $gt: after } });
        const rooms = await found.sort({ _id: 1 }).limit(limit).toArray();
        const items = rooms.map(({ _id, through }) => ({ roomId: _id, through }));
        return { items, next: items.length < limit ? undefined : items.at(-1)!.roomId };
      }),
    commit: (steps, cap) => ask((db) => Promise.all(steps.map((step) => take(db, step, cap)))),
    keep: (user, notice, cap) => ask((db) => keep(db, user, notice, cap)),
    of: (user, limit) =>
      ask(async (db) => {
        const found = noticesIn(db)
          .find({ user, ...waits })
          .sort({ kept: 1, tie: 1 });
        return (await found.limit(limit).toArray()).map(noticeOf);
      }),
    drop: (user, ids) => ask((db) => drop(db, user, ids)),
    read: (user, room, upTo) =>
      ask(async (db) => {
        await noticesIn(db).deleteMany({ user, room, number: { $lte: upTo } });
      }),
    end: (room) =>
      ask(async (db) => {
        await noticedIn(db).deleteOne({ _id: room });
        await noticesIn(db).deleteMany({ room });
      }),
    due: (now, leased, limit) => ask((db) => due(db, now, leased, limit)),
    posted: (user, id, again) =>
      ask(async (db) => {
        const change = again === undefined ? { $unset: { postAt: 1 as const } } : { $set: { postAt: again } };
        await noticesIn(db).updateOne({ _id: idOf(user, id), ...waits }, change);
      }),
    toPost: () => ask((db) => noticesIn(db).countDocuments({ postAt: { $gt: 0 } })),
  };
}

/** For so many milliseconds a step has its room for itself. */
const stepLasts = 10_000;

/**
 * A step has its room for itself, keeps what it keeps, and only then the room is further. After a crash between the two
 * the same is decided once more, and what is there already is left as it is.
 */
async function take(
  db: Db,
  { roomId, after, through, kept, dropped }: NoticeStep,
  cap: number,
): Promise<boolean> {
  const now = Date.now();
  const place = { _id: roomId, through: after };
  const isFree = { $or: [{ taken: { $exists: false } }, { taken: { $lt: now - stepLasts } }] };
  const step = new ObjectId();
  const { modifiedCount } = await noticedIn(db).updateOne(
    { ...place, ...isFree },
    { $set: { taken: now, step } },
  );
  if (modifiedCount === 0) return false;
  await insert(db, kept.map(documentOf));
  if (dropped.length > 0) await noticesIn(db).deleteMany({ room: roomId, id: { $in: [...dropped] } });
  const further = { $set: { through }, $unset: { taken: 1 as const, step: 1 as const } };
  if ((await noticedIn(db).updateOne({ ...place, step }, further)).matchedCount === 0) return false;
  const users = new Set(kept.map(({ user }) => user));
  await Promise.all(Array.from(users, (user) => trim(db, user, cap)));
  return true;
}

/** Those that are there already stay as they are. */
async function insert(db: Db, documents: NoticeDocument[]): Promise<void> {
  if (documents.length === 0) return;
  try {
    await noticesIn(db).insertMany(documents, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || !isDuplicate(error)) throw error;
  }
}

async function keep(db: Db, user: string, notice: Notice, cap: number): Promise<void> {
  const { _id, ...rest } = documentOf({ user, notice });
  try {
    await noticesIn(db).insertOne({ _id, ...rest });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await noticesIn(db).updateOne({ _id, given: { $exists: true } }, { $set: rest, $unset: { given: 1 } });
  }
  await trim(db, user, cap);
}

async function trim(db: Db, user: string, cap: number): Promise<void> {
  const newest = noticesIn(db)
    .find({ user, ...waits }, { projection: { _id: 1 } })
    .sort({ kept: -1, tie: -1 });
  const beyond = await newest.skip(cap).toArray();
  if (beyond.length > 0) await noticesIn(db).deleteMany({ _id: { $in: beyond.map(({ _id }) => _id) } });
}

/** One by one: only so it is known which of them this call has taken away. */
async function drop(db: Db, user: string, ids: readonly string[]): Promise<readonly string[]> {
  const given = { $set: { given: new Date(), payload: '{}' }, $unset: { postAt: 1 as const } };
  const dropped = await Promise.all(
    ids.map(async (id) => {
      const { modifiedCount } = await noticesIn(db).updateOne({ _id: idOf(user, id), ...waits }, given);
      return modifiedCount === 1 ? [id] : [];
    }),
  );
  return dropped.flat();
}

async function due(db: Db, now: number, leased: number, limit: number): Promise<readonly DueNotice[]> {
  const taken: DueNotice[] = [];
  const change = { $set: { postAt: leased }, $inc: { tries: 1 } };
  while (taken.length < limit) {
    const oldest = { sort: { postAt: 1 }, returnDocument: 'before' } as const;
    const found = await noticesIn(db).findOneAndUpdate({ postAt: { $lte: now } }, change, oldest);
    if (found === null) break;
    taken.push({ user: found.user, notice: noticeOf(found), tries: found.tries ?? 0 });
  }
  return taken;
}

function documentOf({ user, notice, postAt }: KeptNotice): NoticeDocument {
  const { id, roomId, number, at, payload } = notice;
  return {
    ...{ _id: idOf(user, id), user, id, room: roomId, number, at, payload: JSON.stringify(payload) },
    ...{ kept: Date.now(), tie: new ObjectId() },
    ...(postAt !== undefined && { postAt }),
  };
}

const noticeOf = ({ id, room, number, at, payload }: NoticeDocument): Notice => ({
  id,
  roomId: room,
  number,
  at,
  payload: JSON.parse(payload) as Notice['payload'],
});
