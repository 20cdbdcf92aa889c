// What the chat's thread is asked, as plain data: the shelves of the repository, flat.
import type { Change, Changed } from '../../change.ts';
import type { ListAsked, Listed } from '../../listed.ts';
import type { DueNotice, NoticedThrough, NoticeStep, SeenAt } from '../../live-repository.ts';
import type { Membership, Notice, ReadMark, Role, Room } from '../../room.ts';

/** What the thread does; see the repository's port. */
export interface ChatCalls {
  createRoom(room: Room, members: readonly Membership[]): Room | undefined;
  findRoom(id: string): Room | undefined;
  publicRooms(asked: ListAsked): Listed<Room>;
  renameRoom(id: string, name: string): Room | undefined;
  deleteRoom(id: string): boolean;
  wasDeleted(id: string): boolean;
  deletedRooms(asked: ListAsked): Listed<string>;
  releaseRoom(id: string): void;
  putMember(membership: Membership, cap: number): 'done' | 'full' | 'gone';
  removeMember(roomId: string, user: string): Role | undefined;
  roleOf(roomId: string, user: string): Role | undefined;
  membersOf(roomId: string, asked: ListAsked): Listed<Membership>;
  roomsOf(user: string, asked: ListAsked): Listed<Room & { readonly role: Role }>;
  countMembers(roomId: string): number;
  advance(mark: ReadMark): { readonly mark: ReadMark; readonly moved: boolean };
  marksOf(user: string, roomIds: readonly string[]): readonly ReadMark[];
  marksIn(roomId: string, asked: ListAsked): Listed<ReadMark>;
  gatheredThrough(roomId: string): number;
  gather(roomId: string, changes: readonly Change[], through: number): void;
  changesOf(roomId: string, numbers: readonly number[], user: string | undefined): readonly Changed[];
}

/** What it does for those who are away; see the port of what is live. */
export interface LiveCalls {
  beginNotices(roomId: string, through: number): number;
  noticedThrough(roomId: string): number | undefined;
  noticedRooms(asked: ListAsked): Listed<NoticedThrough>;
  commitNotices(steps: readonly NoticeStep[], cap: number): readonly boolean[];
  keepNotice(user: string, notice: Notice, cap: number): void;
  noticesOf(user: string, limit: number): readonly Notice[];
  dropNotices(user: string, ids: readonly string[]): readonly string[];
  readNotices(user: string, roomId: string, upTo: number): void;
  endNotices(roomId: string): void;
  dueNotices(now: number, leased: number, limit: number): readonly DueNotice[];
  postedNotice(user: string, id: string, again: number | undefined): void;
  noticesToPost(): number;
  saw(seen: readonly SeenAt[]): void;
  forgetSeen(since: number, most: number): void;
  seenOf(keys: readonly string[]): readonly SeenAt[];
}
