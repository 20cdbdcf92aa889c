// The tables of the embedded history, and how a file of an older version comes to have them.
import type { Database } from 'better-sqlite3';
import { StompwireError } from '../../../errors.ts';

/** Marks a file as one of ours: `stwh`. */
const application = 0x73747768;

/**
 * Each brings a file from the version before to its own; the first is for an empty file. What is here is never
 * changed: files of it exist.
 *
 * `place` is what queries walk: in the order of positions, with all that decides but the words. `top_epoch` and
 * `top_seq` remember the last position of a destination whose records were deleted; `sorted` says whether its
 * messages came in the order of their positions, so that ids stand for places.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE destination (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    top_epoch INTEGER, top_seq INTEGER, sorted INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE message (
    id INTEGER PRIMARY KEY, destination INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    time INTEGER NOT NULL, sender TEXT, content_type TEXT, headers TEXT, key TEXT, tombstone TEXT, body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX message_key ON message (destination, key) WHERE key IS NOT NULL;
  CREATE INDEX message_keyed ON message (time) WHERE key IS NOT NULL;
  CREATE TABLE place (
    destination INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
    sender_hash INTEGER, message INTEGER NOT NULL, PRIMARY KEY (destination, epoch, seq)
  ) STRICT, WITHOUT ROWID;`,
  `CREATE VIRTUAL TABLE words USING fts5 (pairs, content='', contentless_delete=1, detail=none, tokenize='ascii');
  INSERT INTO mark VALUES ('indexed', 0);`,
];

const pragma = (db: Database, name: string): number => db.pragma(name, { simple: true }) as number;

/**
 * Makes the tables, or brings them to the version of this program.
 *
 * @throws {StompwireError} `history-damaged`: it is no history; `history-unavailable`: a newer program made it
 */
export function migrate(db: Database): void {
  const version = pragma(db, 'user_version');
  if (pragma(db, 'application_id') !== application && pragma(db, 'schema_version') !== 0)
    throw new StompwireError('history-damaged', `${db.name} is a database, but no history`);
  if (version > migrations.length)
    throw new StompwireError(
      'history-unavailable',
      `${db.name} was made by a newer version of this program (schema ${version}, here ${migrations.length})`,
    );
  if (version === migrations.length) return;
  db.transaction(() => {
    db.pragma(`application_id = ${application}`);
    for (const script of migrations.slice(version)) db.exec(script);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** A number that is kept beside the messages. */
export function markOf(db: Database, name: string): number {
  const row = db.prepare('SELECT value FROM mark WHERE name = ?').get(name) as { value: number } | undefined;
  return row?.value ?? 0;
}

export function setMark(db: Database, name: string, value: number): void {
  db.prepare('INSERT OR REPLACE INTO mark VALUES (?, ?)').run(name, value);
}
