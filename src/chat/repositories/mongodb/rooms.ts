// The shelf of rooms in MongoDB.
import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { isDuplicate } from '../../../mongodb/failures.ts';
import type { RoomShelf } from '../../repository.ts';
import type { Membership, Room } from '../../room.ts';
import { type Ask, part, roomOf } from './keys.ts';
import { memberOf } from './members.ts';
import {
  changesIn,
  deletedIn,
  gatheredIn,
  marksIn,
  membersIn,
  noticedIn,
  noticesIn,
  roomsIn,
} from './schema.ts';

/** Rooms come and go by one document each: see the schema. */
export function roomShelf(ask: Ask): RoomShelf {
  return {
    create: (room, members) => ask((db) => create(db, room, members)),
    find: (id) => ask((db) => find(db, id)),
    listPublic: ({ after = '', limit }) =>
      ask(async (db) => {
        const found = roomsIn(db).find({ kind: 'public', _id: { $gt: after } });
        const rooms = await found
          .sort({ _id: 1 })
          .limit(limit + 1)
          .toArray();
        return part(rooms.map(roomOf), limit, ({ id }) => id);
      }),
    rename: (id, name) =>
      ask(async (db) => {
        const after = { returnDocument: 'after' } as const;
        const room = await roomsIn(db).findOneAndUpdate({ _id: id }, { $set: { name } }, after);
        return room === null ? undefined : roomOf(room);
      }),
    delete: (id) => ask((db) => remove(db, id)),
    wasDeleted: (id) => ask((db) => wasDeleted(db, id)),
    deleted: ({ after = '', limit }) =>
      ask(async (db) => {
        const found = deletedIn(db).find({ _id: { $gt: after } });
        const ids = await found
          .sort({ _id: 1 })
          .limit(limit + 1)
          .map(({ _id }) => _id)
          .toArray();
        return part(ids, limit, (id) => id);
      }),
    release: (id) => ask(async (db) => void (await deletedIn(db).deleteOne({ _id: id }))),
  };
}

/** Members are put first, where nobody sees them: the room, which comes last, names their key. */
async function create(db: Db, room: Room, members: readonly Membership[]): Promise<Room | undefined> {
  const there = await find(db, room.id);
  if (there !== undefined) return there;
  if (await wasDeleted(db, room.id)) return undefined;
  const key = randomUUID();
  if (members.length > 0)
    await membersIn(db).insertMany(members.map((member, slot) => memberOf(member, key, slot)));
  const { id, name, kind, createdAt, createdBy } = room;
  try {
    await roomsIn(db).insertOne({
      _id: id,
      name,
      kind,
      createdAt,
      ...(createdBy !== undefined && { createdBy }),
      key,
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const first = await winner(db, room, key, members);
    if (first !== room) return first;
  }
  if (!(await wasDeleted(db, id))) return room;
  // one of that id was there, and deleted, since this one looked
  await roomsIn(db).deleteOne({ _id: id, key });
  await membersIn(db).deleteMany({ key });
  return undefined;
}

/** Somebody was first; or it was this very call, whose answer was lost and which the driver has sent again. */
async function winner(
  db: Db,
  room: Room,
  key: string,
  members: readonly Membership[],
): Promise<Room | undefined> {
  const there = await roomsIn(db).findOne({ _id: room.id });
  if (there?.key === key) return room;
  await membersIn(db).deleteMany({ key });
  return there === null ? create(db, room, members) : roomOf(there);
}

async function find(db: Db, id: string): Promise<Room | undefined> {
  const room = await roomsIn(db).findOne({ _id: id });
  return room === null ? undefined : roomOf(room);
}

/** Without its room nobody sees what is left of it, should this end half-way. */
async function remove(db: Db, id: string): Promise<boolean> {
  if ((await find(db, id)) === undefined) return false;
  // before it goes: nobody can make it again
  await deletedIn(db).updateOne({ _id: id }, { $setOnInsert: { _id: id } }, { upsert: true });
  const room = await roomsIn(db).findOneAndDelete({ _id: id });
  if (room === null) return false;
  await membersIn(db).deleteMany({ key: room.key });
  await marksIn(db).deleteMany({ key: room.key });
  await noticedIn(db).deleteOne({ _id: id });
  await noticesIn(db).deleteMany({ room: id });
  await changesIn(db).deleteMany({ key: room.key });
  await gatheredIn(db).deleteOne({ _id: room.key });
  return true;
}

async function wasDeleted(db: Db, id: string): Promise<boolean> {
  return (await deletedIn(db).findOne({ _id: id })) !== null;
}
