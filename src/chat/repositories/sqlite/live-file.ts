// The live part of the chat's file: notices that wait, up to where they were decided, and who was last there when.
import type { ListAsked, Listed } from '../../listed.ts';
import type { DueNotice, KeptNotice, NoticedThrough, NoticeStep, SeenAt } from '../../live-repository.ts';
import type { Notice } from '../../room.ts';
import type { LiveCalls } from './calls.ts';
import type { Statements } from './statements.ts';

interface NoticeRow extends Omit<Notice, 'payload'> {
  readonly payload: string;
}

interface DueRow extends NoticeRow {
  readonly kept: number;
  readonly user: string;
  readonly tries: number;
}

const columns = 'id, room AS roomId, number, at, payload';

/** What the thread does with an open file: one step each, or all of it in one commit. */
export class LiveFile implements LiveCalls {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  beginNotices(roomId: string, through: number): number {
    this.#sql.run('INSERT OR IGNORE INTO noticed VALUES (?, ?)', roomId, through);
    return this.noticedThrough(roomId)!;
  }

  noticedThrough(roomId: string): number | undefined {
    return this.#sql.get<NoticedThrough>('SELECT through FROM noticed WHERE room = ?', roomId)?.through;
  }

  noticedRooms({ limit, after = '' }: ListAsked): Listed<NoticedThrough> {
    const sql = 'SELECT room AS roomId, through FROM noticed WHERE room > ? ORDER BY room LIMIT ?';
    const items = this.#sql.all<NoticedThrough>(sql, after, limit);
    return { items, next: items.length < limit ? undefined : items.at(-1)!.roomId };
  }

  commitNotices(steps: readonly NoticeStep[], cap: number): readonly boolean[] {
    return this.#sql.together(() => steps.map((step) => this.#take(step, cap)));
  }

  keepNotice(user: string, notice: Notice, cap: number): void {
    this.#sql.together(() => this.#keep({ user, notice }, cap));
  }

  noticesOf(user: string, limit: number): readonly Notice[] {
    const sql = `SELECT ${columns} FROM notice WHERE user = ? ORDER BY kept LIMIT ?`;
    return this.#sql.all<NoticeRow>(sql, user, limit).map(noticeOf);
  }

  dropNotices(user: string, ids: readonly string[]): readonly string[] {
    return this.#sql.together(() =>
      ids.filter((id) => this.#sql.run('DELETE FROM notice WHERE user = ? AND id = ?', user, id) === 1),
    );
  }

  readNotices(user: string, roomId: string, upTo: number): void {
    this.#sql.run('DELETE FROM notice WHERE user = ? AND room = ? AND number <= ?', user, roomId, upTo);
  }

  endNotices(roomId: string): void {
    this.#sql.together(() => {
      for (const table of ['notice', 'noticed']) this.#sql.run(`DELETE FROM ${table} WHERE room = ?`, roomId);
    });
  }

  dueNotices(now: number, leased: number, limit: number): readonly DueNotice[] {
    const sql = `SELECT kept, user, tries, ${columns} FROM notice WHERE post_at <= ? ORDER BY post_at LIMIT ?`;
    return this.#sql.together(() => {
      const rows = this.#sql.all<DueRow>(sql, now, limit);
      for (const { kept } of rows)
        this.#sql.run('UPDATE notice SET post_at = ?, tries = tries + 1 WHERE kept = ?', leased, kept);
      return rows.map(({ kept: _, user, tries, ...row }) => ({ user, tries, notice: noticeOf(row) }));
    });
  }

  postedNotice(user: string, id: string, again?: number): void {
    this.#sql.run('UPDATE notice SET post_at = ? WHERE user = ? AND id = ?', again ?? null, user, id);
  }

  noticesToPost(): number {
    const sql = 'SELECT count(*) AS count FROM notice WHERE post_at IS NOT NULL';
    return this.#sql.get<{ count: number }>(sql)!.count;
  }

  saw(seen: readonly SeenAt[]): void {
    const sql = 'INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)';
    this.#sql.together(() => {
      for (const [key, at] of seen) this.#sql.run(sql, key, at);
    });
  }

  forgetSeen(since: number, most: number): void {
    const beyond = 'SELECT at FROM seen ORDER BY at DESC LIMIT 1 OFFSET ?';
    this.#sql.run(`DELETE FROM seen WHERE at < ? OR at <= (${beyond})`, since, most);
  }

  seenOf(keys: readonly string[]): readonly SeenAt[] {
    return keys.flatMap((key): SeenAt[] => {
      const row = this.#sql.get<{ at: number }>('SELECT at FROM seen WHERE who = ?', key);
      return row === undefined ? [] : [[key, row.at]];
    });
  }

  #take({ roomId, after, through, kept, dropped }: NoticeStep, cap: number): boolean {
    const sql = 'UPDATE noticed SET through = ? WHERE room = ? AND through = ?';
    if (this.#sql.run(sql, through, roomId, after) === 0) return false;
    for (const one of kept) this.#keep(one, cap);
    for (const id of dropped) this.#sql.run('DELETE FROM notice WHERE room = ? AND id = ?', roomId, id);
    return true;
  }

  #keep({ user, notice, postAt = undefined }: KeptNotice, cap: number): void {
    const { id, roomId, number, at, payload } = notice;
    const sql = `INSERT INTO notice (user, id, room, number, at, payload, post_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`;
    const given = [user, id, roomId, number, at, JSON.stringify(payload), postAt ?? null];
    if (this.#sql.run(sql, ...given) === 0) return;
    const beyond = `DELETE FROM notice WHERE kept IN
      (SELECT kept FROM notice WHERE user = ? ORDER BY kept DESC LIMIT -1 OFFSET ?)`;
    this.#sql.run(beyond, user, cap);
  }
}

const noticeOf = (row: NoticeRow): Notice => ({
  ...row,
  payload: JSON.parse(row.payload) as Notice['payload'],
});
