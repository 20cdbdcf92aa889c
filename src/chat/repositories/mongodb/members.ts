// The shelf of members in MongoDB.
import type { Db } from 'mongodb';
import { isDuplicate } from '../../../mongodb/failures.ts';
import type { ListAsked, Listed, MemberShelf } from '../../repository.ts';
import type { Membership, Role, Room } from '../../room.ts';
import { type Ask, keyOf, part, roomOf } from './keys.ts';
import { idOf, type MemberDocument, marksIn, membersIn, roomsIn } from './schema.ts';

export function memberShelf(ask: Ask): MemberShelf {
  return {
    put: (membership, cap) => ask((db) => put(db, membership, cap)),
    remove: (roomId, user) => ask((db) => remove(db, roomId, user)),
    roleOf: (roomId, user) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        if (key === undefined) return undefined;
        return (await membersIn(db).findOne({ _id: idOf(key, user) }, { projection: { role: 1 } }))?.role;
      }),
    of: (roomId, asked) => ask((db) => list(db, roomId, asked)),
    roomsOf: (user, asked) => ask((db) => roomsOf(db, user, asked)),
    count: (roomId) =>
      ask(async (db) => {
        const key = await keyOf(db, roomId);
        return key === undefined ? 0 : membersIn(db).countDocuments({ key });
      }),
  };
}

/** A member as it is kept. */
export function memberOf(
  { roomId, user, role, joinedAt }: Membership,
  key: string,
  slot: number,
): MemberDocument {
  return { _id: idOf(key, user), key, room: roomId, user, role, joinedAt, slot };
}

/** The unique index of slots holds the cap, however many come at once; and nobody has to count, or to lock. */
async function put(db: Db, membership: Membership, cap: number): Promise<'done' | 'full' | 'gone'> {
  const { roomId, user, role } = membership;
  for (;;) {
    const key = await keyOf(db, roomId);
    if (key === undefined) return 'gone';
    const { matchedCount } = await membersIn(db).updateOne({ _id: idOf(key, user) }, { $set: { role } });
    if (matchedCount > 0) return 'done';
    const slot = await freeSlot(db, key, cap);
    if (slot === undefined) return 'full';
    try {
      await membersIn(db).insertOne(memberOf(membership, key, slot));
    } catch (error) {
      if (isDuplicate(error)) continue; // the slot was taken, or the same user came in elsewhere
      throw error;
    }
    // a room that was deleted meanwhile may have looked for its members before this one came
    if ((await keyOf(db, roomId)) === key) return 'done';
    await membersIn(db).deleteOne({ _id: idOf(key, user) });
  }
}

/** The next one, mostly; where somebody has left, or many come at once, any that is free. */
async function freeSlot(db: Db, key: string, cap: number): Promise<number | undefined> {
  const count = await membersIn(db).countDocuments({ key });
  if (count >= cap) return undefined;
  const slots = { projection: { _id: 0, slot: 1 } };
  if ((await membersIn(db).findOne({ key, slot: count }, slots)) === null) return count;
  const taken = new Set((await membersIn(db).find({ key }, slots).toArray()).map(({ slot }) => slot));
  const free = Array.from({ length: cap }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  return free[Math.floor(Math.random() * free.length)];
}

async function remove(db: Db, roomId: string, user: string): Promise<Role | undefined> {
  const key = await keyOf(db, roomId);
  if (key === undefined) return undefined;
  await marksIn(db).deleteOne({ _id: idOf(key, user) });
  return (await membersIn(db).findOneAndDelete({ _id: idOf(key, user) }))?.role;
}

async function list(db: Db, roomId: string, { after = '', limit }: ListAsked): Promise<Listed<Membership>> {
  const key = await keyOf(db, roomId);
  if (key === undefined) return { items: [], next: undefined };
  const found = membersIn(db)
    .find({ key, user: { $gt: after } })
    .sort({ user: 1 });
  const members = await found.limit(limit + 1).toArray();
  const memberships = members.map(({ user, role, joinedAt }) => ({ roomId, user, role, joinedAt }));
  return part(memberships, limit, (one) => one.user);
}

async function roomsOf(
  db: Db,
  user: string,
  { after = '', limit }: ListAsked,
): Promise<Listed<Room & { readonly role: Role }>> {
  const found = membersIn(db)
    .find({ user, room: { $gt: after } })
    .sort({ room: 1 });
  const { items, next } = part(await found.limit(limit + 1).toArray(), limit, ({ room }) => room);
  const rooms = await roomsIn(db)
    .find({ _id: { $in: items.map(({ room }) => room) } })
    .toArray();
  const byKey = new Map(rooms.map((room) => [room.key, room]));
  return {
    items: items.flatMap(({ key, role }) => {
      const room = byKey.get(key); // none: what a deleted room has left
      return room === undefined ? [] : [{ ...roomOf(room), role }];
    }),
    next,
  };
}
