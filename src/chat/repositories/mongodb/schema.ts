// The collections and indexes of the chat in MongoDB, and their version.
import type { Collection, Db, ObjectId } from 'mongodb';
import type { Migration, Schema } from '../../../mongodb/schema.ts';
import type { KeptChange } from '../../change.ts';
import type { Notice, ReadMark, Role, Room } from '../../room.ts';

/**
 * A room. What belongs to it names its `key` and not its id: the document of the room is what makes all of that be
 * there, or not be there, in one step, and a room that is made again begins with nothing.
 */
export interface RoomDocument extends Pick<Room, 'name' | 'kind' | 'createdAt'> {
  readonly _id: string;
  readonly createdBy?: string;
  readonly key: string;
}

/** A member. No two of a room have one slot, and there are as many slots as a room may have members. */
export interface MemberDocument {
  readonly _id: string;
  readonly key: string;
  readonly room: string;
  readonly user: string;
  readonly role: Role;
  readonly joinedAt: number;
  readonly slot: number;
}

/** How far somebody has read. */
export interface MarkDocument extends Pick<ReadMark, 'number' | 'at'> {
  readonly _id: string;
  readonly key: string;
  readonly user: string;
}

/** What waits for somebody; in the order of `kept`, when it was taken, and within a millisecond of `tie`. */
export interface NoticeDocument extends Pick<Notice, 'number' | 'at'> {
  readonly _id: string;
  readonly user: string;
  readonly id: string;
  readonly room: string;
  /** As JSON: names of fields may be such as MongoDB gives a meaning to. */
  readonly payload: string;
  readonly kept: number;
  readonly tie: ObjectId;
  /** When it was given; what was given waits no more. */
  readonly given?: Date;
  /** When it is to be posted. */
  readonly postAt?: number;
  /** How often it was taken to be posted. */
  readonly tries?: number;
}

/** Up to which message people of a room are notified. */
export interface NoticedDocument {
  readonly _id: string;
  readonly through: number;
  /** Since when, in milliseconds, a step has the room for itself, and which one. */
  readonly taken?: number;
  readonly step?: ObjectId;
}

/** When somebody was last there, by the key of presence. */
export interface SeenDocument {
  readonly _id: string;
  readonly at: number;
}

/** A change of a message. */
export interface ChangeDocument extends Omit<KeptChange, 'text'> {
  readonly _id: string;
  readonly key: string;
  readonly text?: string;
}

/** Up to which number changes of a room are gathered; named by its key. */
export interface GatheredDocument {
  readonly _id: string;
  readonly through: number;
}

/** That there was a room of this id. */
export interface DeletedDocument {
  readonly _id: string;
}

export const roomsIn = (db: Db): Collection<RoomDocument> => db.collection('chat_rooms');
export const membersIn = (db: Db): Collection<MemberDocument> => db.collection('chat_members');
export const marksIn = (db: Db): Collection<MarkDocument> => db.collection('chat_marks');
export const noticesIn = (db: Db): Collection<NoticeDocument> => db.collection('chat_notices');
export const noticedIn = (db: Db): Collection<NoticedDocument> => db.collection('chat_noticed');
export const seenIn = (db: Db): Collection<SeenDocument> => db.collection('chat_seen');
export const changesIn = (db: Db): Collection<ChangeDocument> => db.collection('chat_changes');
export const gatheredIn = (db: Db): Collection<GatheredDocument> => db.collection('chat_gathered');
export const deletedIn = (db: Db): Collection<DeletedDocument> => db.collection('chat_deleted');

/** What belongs to a room, or waits for a user, is named by the two; no user's name has a control character. */
export const idOf = (first: string, second: string): string => `${first}\n${second}`;

const steps: readonly Migration[] = [
  async (db) => {
    await roomsIn(db).createIndexes([{ name: 'kind', key: { kind: 1, _id: 1 } }]);
    await membersIn(db).createIndexes([
      { name: 'slot', key: { key: 1, slot: 1 }, unique: true },
      { name: 'room', key: { key: 1, user: 1 } },
      { name: 'user', key: { user: 1, room: 1 } },
    ]);
    await marksIn(db).createIndexes([{ name: 'room', key: { key: 1, user: 1 } }]);
    await noticesIn(db).createIndexes([
      { name: 'user', key: { user: 1, kept: 1, tie: 1 } },
      { name: 'room', key: { room: 1 } },
    ]);
    await changesIn(db).createIndexes([{ name: 'message', key: { key: 1, of: 1 } }]);
  },
  async (db) => {
    await noticesIn(db).createIndexes([
      { name: 'post', key: { postAt: 1 }, sparse: true },
      { name: 'given', key: { given: 1 }, expireAfterSeconds: 86_400 },
    ]);
    await seenIn(db).createIndexes([{ name: 'at', key: { at: 1 } }]);
  },
];

/** Of the chat. */
export const schema: Schema = { name: 'the chat', state: 'chat_state', steps };
