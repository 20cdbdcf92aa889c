// What the shelves of the chat in MongoDB share: the key of a room, and parts of lists.
import type { Db } from 'mongodb';
import type { Listed } from '../../repository.ts';
import type { Room } from '../../room.ts';
import { type RoomDocument, roomsIn } from './schema.ts';

/** Runs what talks to the server while the repository is open. @throws {StompwireError} `history-unavailable`, `history-full` */
export type Ask = <Answer>(talk: (db: Db) => Promise<Answer>) => Promise<Answer>;

export function roomOf({ _id, name, kind, createdAt, createdBy }: RoomDocument): Room {
  return { id: _id, name, kind, createdAt, createdBy };
}

/** Under which key a room's things are; `undefined`: there is no such room. */
export async function keyOf(db: Db, id: string): Promise<string | undefined> {
  return (await roomsIn(db).findOne({ _id: id }, { projection: { key: 1 } }))?.key;
}

/** One more was asked for than the part holds: it tells whether there is another part. */
export function part<Item>(
  found: readonly Item[],
  limit: number,
  nameOf: (item: Item) => string,
): Listed<Item> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? nameOf(items.at(-1)!) : undefined };
}
