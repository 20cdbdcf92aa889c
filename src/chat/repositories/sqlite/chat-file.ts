// The file of the chat: its tables, and what is written and read.
import type { FileKind } from '../../../sqlite/file-kind.ts';
import { markTable } from '../../../sqlite/schema.ts';
import {
  type Change,
  type Changed,
  changedOf,
  type KeptChange,
  keptOf,
  lastEdits,
  withWords,
} from '../../change.ts';
import type { ListAsked, Listed } from '../../repository.ts';
import type { Membership, ReadMark, Role, Room, RoomKind } from '../../room.ts';
import type { ChatCalls } from './calls.ts';
import type { Statements } from './statements.ts';

/** A file of rooms. Texts compare by their bytes in UTF-8, which is the order of code points. */
export const chatFile: FileKind = {
  name: 'chat',
  application: 0x73747763, // stwc
  migrations: [
    `${markTable}
    CREATE TABLE room (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX room_kind ON room (kind, id);
    CREATE TABLE member (
      room TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, joined_at INTEGER NOT NULL,
      PRIMARY KEY (room, user)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX member_user ON member (user, room);
    CREATE TABLE read_mark (
      room TEXT NOT NULL, user TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (room, user)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE notice (
      kept INTEGER PRIMARY KEY, user TEXT NOT NULL, id TEXT NOT NULL, room TEXT NOT NULL,
      number INTEGER NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL, UNIQUE (user, id)
    ) STRICT;
    CREATE INDEX notice_user ON notice (user, kept);
    CREATE INDEX notice_room ON notice (room);
    CREATE TABLE change (
      room TEXT NOT NULL, of INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
      text TEXT, PRIMARY KEY (room, of, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE gathered (room TEXT PRIMARY KEY, through INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE deleted (room TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
    `ALTER TABLE notice ADD COLUMN post_at INTEGER;
    ALTER TABLE notice ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX notice_post ON notice (post_at) WHERE post_at IS NOT NULL;
    DROP INDEX notice_room;
    CREATE INDEX notice_room ON notice (room, id);
    CREATE TABLE noticed (room TEXT PRIMARY KEY, through INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE seen (who TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX seen_at ON seen (at);`,
  ],
  codes: { unavailable: 'history-unavailable', damaged: 'history-damaged', full: 'history-full' },
};

interface RoomRow {
  readonly id: string;
  readonly name: string;
  readonly kind: RoomKind;
  readonly created_at: number;
  readonly created_by: string | null;
}

const columns = 'room.id, room.name, room.kind, room.created_at, room.created_by';
const memberColumns = 'room AS roomId, user, role, joined_at AS joinedAt';
const markColumns = 'room AS roomId, user, number, at';

/** What is kept of an edit; its text is long, and that of the last one counts. */
const isEdit = "name >= 'E' AND name < 'F'";

/** A change, as it is read. */
interface ChangeRow extends Omit<KeptChange, 'text'> {
  text: string | null;
}

/** What the thread does with an open file: one step each, or all of it in one commit. */
export class ChatFile implements ChatCalls {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  createRoom(room: Room, members: readonly Membership[]): Room | undefined {
    return this.#sql.together(() => {
      const there = this.findRoom(room.id);
      if (there !== undefined) return there;
      if (this.wasDeleted(room.id)) return undefined;
      const { id, name, kind, createdAt, createdBy = null } = room;
      this.#sql.run('INSERT INTO room VALUES (?, ?, ?, ?, ?)', id, name, kind, createdAt, createdBy);
      for (const member of members) this.#put(member);
      return room;
    });
  }

  findRoom(id: string): Room | undefined {
    const row = this.#sql.get<RoomRow>(`SELECT ${columns} FROM room WHERE id = ?`, id);
    return row && roomOf(row);
  }

  publicRooms({ after = '', limit }: ListAsked): Listed<Room> {
    const sql = `SELECT ${columns} FROM room WHERE kind = 'public' AND id > ? ORDER BY id LIMIT ?`;
    return part(this.#sql.all<RoomRow>(sql, after, limit + 1).map(roomOf), limit, ({ id }) => id);
  }

  renameRoom(id: string, name: string): Room | undefined {
    this.#sql.run('UPDATE room SET name = ? WHERE id = ?', name, id);
    return this.findRoom(id);
  }

  deleteRoom(id: string): boolean {
    return this.#sql.together(() => {
      if (this.#sql.run('DELETE FROM room WHERE id = ?', id) === 0) return false;
      for (const table of ['member', 'read_mark', 'notice', 'noticed', 'change', 'gathered'])
        this.#sql.run(`DELETE FROM ${table} WHERE room = ?`, id);
      this.#sql.run('INSERT OR IGNORE INTO deleted VALUES (?)', id);
      return true;
    });
  }

  wasDeleted(id: string): boolean {
    return this.#sql.get('SELECT room FROM deleted WHERE room = ?', id) !== undefined;
  }

  deletedRooms({ after = '', limit }: ListAsked): Listed<string> {
    const sql = 'SELECT room FROM deleted WHERE room > ? ORDER BY room LIMIT ?';
    const ids = this.#sql.all<{ room: string }>(sql, after, limit + 1).map(({ room }) => room);
    return part(ids, limit, (id) => id);
  }

  releaseRoom(id: string): void {
    this.#sql.run('DELETE FROM deleted WHERE room = ?', id);
  }

  putMember(membership: Membership, cap: number): 'done' | 'full' | 'gone' {
    const { roomId, user, role } = membership;
    return this.#sql.together(() => {
      if (this.#sql.run('UPDATE member SET role = ? WHERE room = ? AND user = ?', role, roomId, user) > 0)
        return 'done';
      if (this.findRoom(roomId) === undefined) return 'gone';
      if (this.countMembers(roomId) >= cap) return 'full';
      this.#put(membership);
      return 'done';
    });
  }

  removeMember(roomId: string, user: string): Role | undefined {
    return this.#sql.together(() => {
      const role = this.roleOf(roomId, user);
      this.#sql.run('DELETE FROM member WHERE room = ? AND user = ?', roomId, user);
      this.#sql.run('DELETE FROM read_mark WHERE room = ? AND user = ?', roomId, user);
      return role;
    });
  }

  roleOf(roomId: string, user: string): Role | undefined {
    const sql = 'SELECT role FROM member WHERE room = ? AND user = ?';
    return this.#sql.get<{ role: Role }>(sql, roomId, user)?.role;
  }

  membersOf(roomId: string, { after = '', limit }: ListAsked): Listed<Membership> {
    const sql = `SELECT ${memberColumns} FROM member WHERE room = ? AND user > ? ORDER BY user LIMIT ?`;
    return part(this.#sql.all<Membership>(sql, roomId, after, limit + 1), limit, ({ user }) => user);
  }

  roomsOf(user: string, { after = '', limit }: ListAsked): Listed<Room & { readonly role: Role }> {
    const sql = `SELECT ${columns}, member.role FROM member JOIN room ON room.id = member.room
      WHERE member.user = ? AND member.room > ? ORDER BY member.room LIMIT ?`;
    const rows = this.#sql.all<RoomRow & { role: Role }>(sql, user, after, limit + 1);
    const rooms = rows.map((row) => ({ ...roomOf(row), role: row.role }));
    return part(rooms, limit, ({ id }) => id);
  }

  countMembers(roomId: string): number {
    return this.#sql.get<{ count: number }>('SELECT count(*) AS count FROM member WHERE room = ?', roomId)!
      .count;
  }

  advance(mark: ReadMark): { readonly mark: ReadMark; readonly moved: boolean } {
    const { roomId, user, number, at } = mark;
    return this.#sql.together(() => {
      const known = this.#mark(roomId, user);
      if (known !== undefined && known.number >= number) return { mark: known, moved: false };
      if (this.findRoom(roomId) === undefined) return { mark, moved: false };
      this.#sql.run('INSERT OR REPLACE INTO read_mark VALUES (?, ?, ?, ?)', roomId, user, number, at);
      return { mark, moved: true };
    });
  }

  marksOf(user: string, roomIds: readonly string[]): readonly ReadMark[] {
    return roomIds.map((roomId) => this.#mark(roomId, user)).filter((mark) => mark !== undefined);
  }

  marksIn(roomId: string, { after = '', limit }: ListAsked): Listed<ReadMark> {
    const sql = `SELECT ${markColumns} FROM read_mark WHERE room = ? AND user > ? ORDER BY user LIMIT ?`;
    return part(this.#sql.all<ReadMark>(sql, roomId, after, limit + 1), limit, ({ user }) => user);
  }

  gatheredThrough(roomId: string): number {
    return (
      this.#sql.get<{ through: number }>('SELECT through FROM gathered WHERE room = ?', roomId)?.through ?? 0
    );
  }

  gather(roomId: string, changes: readonly Change[], through: number): void {
    this.#sql.together(() => {
      if (this.findRoom(roomId) === undefined) return;
      const sql = `INSERT INTO change VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET number = excluded.number, at = excluded.at, text = excluded.text WHERE excluded.number > change.number`;
      for (const { of, name, number, at, text = null } of changes.flatMap(keptOf))
        this.#sql.run(sql, roomId, of, name, number, at, text);
      const words = `UPDATE change SET text = NULL WHERE room = ? AND of = ? AND ${isEdit}
        AND EXISTS (SELECT 1 FROM change AS d WHERE d.room = change.room AND d.of = change.of AND d.name = 'D')`;
      for (const of of withWords(changes)) this.#sql.run(words, roomId, of);
      const further = `INSERT INTO gathered VALUES (?, ?) ON CONFLICT DO UPDATE
        SET through = max(through, excluded.through)`;
      this.#sql.run(further, roomId, through);
    });
  }

  changesOf(roomId: string, numbers: readonly number[], user: string | undefined): readonly Changed[] {
    // one statement for a whole page, which looks up each: this order keeps it from walking through all of a room
    const sql = `SELECT of, name, number, at, CASE WHEN ${isEdit} THEN NULL ELSE text END AS text
      FROM json_each(?) asked CROSS JOIN change ON change.room = ? AND change.of = asked.value
      WHERE name < 'R' OR text IS NOT NULL`;
    const rows = this.#sql.all<ChangeRow>(sql, JSON.stringify(numbers), roomId);
    for (const last of lastEdits(rows)) last.text = this.#textOf(roomId, last);
    return changedOf(
      rows.map((row) => ({ ...row, text: row.text ?? undefined })),
      user,
    );
  }

  #textOf(roomId: string, { of, name }: ChangeRow): string | null {
    const sql = 'SELECT text FROM change WHERE room = ? AND of = ? AND name = ?';
    return this.#sql.get<{ text: string | null }>(sql, roomId, of, name)!.text;
  }

  #put({ roomId, user, role, joinedAt }: Membership): void {
    this.#sql.run('INSERT INTO member VALUES (?, ?, ?, ?)', roomId, user, role, joinedAt);
  }

  #mark(roomId: string, user: string): ReadMark | undefined {
    return this.#sql.get<ReadMark>(
      `SELECT ${markColumns} FROM read_mark WHERE room = ? AND user = ?`,
      roomId,
      user,
    );
  }
}

function roomOf({ id, name, kind, created_at, created_by }: RoomRow): Room {
  return { id, name, kind, createdAt: created_at, createdBy: created_by ?? undefined };
}

/** One more was asked for than the part holds: it tells whether there is another part. */
function part<Item>(found: readonly Item[], limit: number, keyOf: (item: Item) => string): Listed<Item> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? keyOf(items.at(-1)!) : undefined };
}
