// What the file of the chat reads of the changes of a page: no words that nobody is shown, however often somebody edits.
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { Change } from '../../../src/chat/change.ts';
import { ChatFile, chatFile } from '../../../src/chat/repositories/sqlite/chat-file.ts';
import { Statements } from '../../../src/chat/repositories/sqlite/statements.ts';

/** Counts what is read. */
class Counted extends Statements {
  read = 0;

  override get<Row>(sql: string, ...given: unknown[]): Row | undefined {
    return this.#counted(super.get<Row>(sql, ...given));
  }

  override all<Row>(sql: string, ...given: unknown[]): Row[] {
    return this.#counted(super.all<Row>(sql, ...given));
  }

  #counted<Found>(found: Found): Found {
    this.read += JSON.stringify(found ?? '').length;
    return found;
  }
}

it('reads the words of the last edit only, and no reaction that was taken away', () => {
  const db = new Database(':memory:');
  for (const migration of chatFile.migrations) db.exec(migration as string);
  const sql = new Counted(db);
  const file = new ChatFile(sql);
  file.createRoom({ id: 'r', name: 'r', kind: 'public', createdAt: 1, createdBy: 'kim' }, []);
  const words = 'w'.repeat(10_000);
  const edits = Array.from(
    { length: 100 },
    (_, at): Change => ({ of: 1, number: 9 + at, by: 'kim', at, kind: 'EDIT', content: `${at} ${words}` }),
  );
  const marks = Array.from(
    { length: 1000 },
    (_, at): Change => ({
      ...{ of: 1, number: 200 + at, by: `user ${at}`, at, kind: 'REACTION' },
      ...{ emoji: '👍', on: false },
    }),
  );
  file.gather('r', [...edits.toReversed(), ...marks], 1200);
  sql.read = 0;
  const [changed] = file.changesOf('r', [1], undefined);
  expect(changed).toMatchObject({ content: `99 ${words}`, editedAt: 99, reactions: [] });
  expect(changed!.edits).toHaveLength(100);
  expect(sql.read).toBeLessThan(2 * words.length);
  db.close();
});
