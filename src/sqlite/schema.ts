// The tables of a file, how a file of an older version comes to have them, and the numbers that are kept beside them.
import type { Database } from 'better-sqlite3';
import { StompwireError } from '../errors.ts';
import type { FileKind } from './file-kind.ts';

/** The table that every kind of file has; its first migration makes it. */
export const markTable =
  'CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;';

const pragma = (db: Database, name: string): number => db.pragma(name, { simple: true }) as number;

/**
 * Makes the tables, or brings them to the version of this program.
 *
 * @throws {StompwireError} it is another kind of file, or a newer program made it
 */
export function migrate(db: Database, { name, application, migrations, codes }: FileKind): void {
  const version = pragma(db, 'user_version');
  if (pragma(db, 'application_id') !== application && pragma(db, 'schema_version') !== 0)
    throw new StompwireError(codes.damaged, `${db.name} is a database, but no ${name}`);
  if (version > migrations.length)
    throw new StompwireError(
      codes.unavailable,
      `${db.name} was made by a newer version of this program (schema ${version}, here ${migrations.length})`,
    );
  if (version === migrations.length) return;
  db.transaction(() => {
    db.pragma(`application_id = ${application}`);
    for (const script of migrations.slice(version)) db.exec(script);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** A number that is kept beside the rest. */
export function markOf(db: Database, name: string): number {
  const row = db.prepare('SELECT value FROM mark WHERE name = ?').get(name) as { value: number } | undefined;
  return row?.value ?? 0;
}

export function setMark(db: Database, name: string, value: number): void {
  db.prepare('INSERT OR REPLACE INTO mark VALUES (?, ?)').run(name, value);
}
