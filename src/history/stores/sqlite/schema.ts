// The tables of the embedded history.
import type { FileKind } from '../../../sqlite/file-kind.ts';
import { markTable } from '../../../sqlite/schema.ts';

/**
 * `place` is what queries walk: in the order of positions, with all that decides but the words. `top_epoch` and
 * `top_seq` remember the last position of a destination whose records were deleted; `sorted` says whether its
 * messages came in the order of their positions, so that ids stand for places.
 */
const migrations: readonly string[] = [
  `${markTable}
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

/** The file of an embedded history. */
export const historyFile: FileKind = {
  name: 'history',
  application: 0x73747768, // stwh
  migrations,
  codes: { unavailable: 'history-unavailable', damaged: 'history-damaged', full: 'history-full' },
};
