// What the chat knows, in a file of SQLite in the data folder, written and read by a thread of its own.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Thread } from '../../sqlite/thread.ts';
import type { NoticeShelf, SeenShelf } from '../live-repository.ts';
import type { ChangeShelf, ChatRepository, MemberShelf, ReadingShelf, RoomShelf } from '../repository.ts';
import type { ChatCalls, LiveCalls } from './sqlite/calls.ts';
import { chatFile } from './sqlite/chat-file.ts';

/** From its source, or from what was built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite/worker.ts' : './sqlite/worker.js',
  import.meta.url,
);

/** One process has the file at a time; what a call has changed is on disk when it is done. */
export class SqliteRepository implements ChatRepository {
  readonly rooms: RoomShelf;
  readonly members: MemberShelf;
  readonly reading: ReadingShelf;
  readonly notices: NoticeShelf;
  readonly seen: SeenShelf;
  readonly changes: ChangeShelf;
  readonly #file: string;
  readonly #thread: Thread<ChatCalls & LiveCalls>;

  /**
   * @param file - its path
   * @param died - hears that the thread has died; it is started again
   */
  constructor(file: string, died?: (why: Error) => void) {
    this.#file = file;
    const thread = new Thread<ChatCalls & LiveCalls>({
      program,
      task: { file },
      kind: chatFile,
      died,
      memory: () => [],
    });
    this.#thread = thread;
    this.rooms = {
      create: (room, members) => thread.ask('createRoom', room, members),
      find: (id) => thread.ask('findRoom', id),
      listPublic: (asked) => thread.ask('publicRooms', asked),
      rename: (id, name) => thread.ask('renameRoom', id, name),
      delete: (id) => thread.ask('deleteRoom', id),
      wasDeleted: (id) => thread.ask('wasDeleted', id),
      deleted: (asked) => thread.ask('deletedRooms', asked),
      release: (id) => thread.ask('releaseRoom', id),
    };
    this.members = {
      put: (membership, cap) => thread.ask('putMember', membership, cap),
      remove: (roomId, user) => thread.ask('removeMember', roomId, user),
      roleOf: (roomId, user) => thread.ask('roleOf', roomId, user),
      of: (roomId, asked) => thread.ask('membersOf', roomId, asked),
      roomsOf: (user, asked) => thread.ask('roomsOf', user, asked),
      count: (roomId) => thread.ask('countMembers', roomId),
    };
    this.reading = {
      advance: (mark) => thread.ask('advance', mark),
      of: (user, roomIds) => thread.ask('marksOf', user, roomIds),
      in: (roomId, asked) => thread.ask('marksIn', roomId, asked),
    };
    this.notices = {
      begin: (roomId, through) => thread.ask('beginNotices', roomId, through),
      through: (roomId) => thread.ask('noticedThrough', roomId),
      rooms: (asked) => thread.ask('noticedRooms', asked),
      commit: (steps, cap) => thread.ask('commitNotices', steps, cap),
      keep: (user, notice, cap) => thread.ask('keepNotice', user, notice, cap),
      of: (user, limit) => thread.ask('noticesOf', user, limit),
      drop: (user, ids) => thread.ask('dropNotices', user, ids),
      read: (user, roomId, upTo) => thread.ask('readNotices', user, roomId, upTo),
      end: (roomId) => thread.ask('endNotices', roomId),
      due: (now, leased, limit) => thread.ask('dueNotices', now, leased, limit),
      posted: (user, id, again) => thread.ask('postedNotice', user, id, again),
      toPost: () => thread.ask('noticesToPost'),
    };
    this.seen = {
      saw: (seen) => thread.ask('saw', seen),
      forget: (since, most) => thread.ask('forgetSeen', since, most),
      of: (keys) => thread.ask('seenOf', keys),
    };
    this.changes = {
      through: (roomId) => thread.ask('gatheredThrough', roomId),
      gather: (roomId, changes, through) => thread.ask('gather', roomId, changes, through),
      of: (roomId, numbers, user) => thread.ask('changesOf', roomId, numbers, user),
    };
  }

  /** @throws {StompwireError} `history-unavailable`: another service has it; `history-damaged` */
  async open(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await this.#thread.open();
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
