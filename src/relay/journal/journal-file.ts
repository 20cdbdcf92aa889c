// The file of a journal: its tables, and what is written and read.
import { Buffer } from 'node:buffer';
import type { Database, Statement } from 'better-sqlite3';
import type { FileKind } from '../../sqlite/file-kind.ts';
import { markTable } from '../../sqlite/schema.ts';
import type { Changes, Head, JournalCalls, Packed } from './calls.ts';

/** A file of queues. Ids grow, so what is added stands behind what is there, and what is gone before it. */
export const journalFile: FileKind = {
  name: 'journal of queues',
  application: 0x73747771, // stwq
  migrations: [
    `${markTable}
    CREATE TABLE message (
      id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, expires INTEGER, deliveries INTEGER NOT NULL,
      envelope BLOB NOT NULL
    ) STRICT;
    CREATE TABLE binding (queue TEXT PRIMARY KEY, source TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    'CREATE TABLE declared (queue TEXT PRIMARY KEY, terms TEXT NOT NULL) STRICT, WITHOUT ROWID;',
  ],
  codes: { unavailable: 'queues-unavailable', damaged: 'queues-damaged', full: 'queues-unavailable' },
};

/** So much is read at a time. */
const page = { messages: 1000, bytes: 8 << 20 };

interface Row {
  readonly id: number;
  readonly priority: number;
  readonly expires: number | null;
  readonly deliveries: number;
  readonly envelope: Buffer;
}

/** What the thread does with an open file. */
export class JournalFile implements JournalCalls {
  readonly #commit: (changes: Changes) => void;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    const add = db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)');
    const change = db.prepare('UPDATE message SET expires = ?, envelope = ? WHERE id = ?');
    const gone = db.prepare('DELETE FROM message WHERE id = ?');
    const tried = db.prepare('UPDATE message SET deliveries = ? WHERE id = ?');
    const bind = db.prepare('INSERT OR REPLACE INTO binding VALUES (?, ?)');
    const unbind = db.prepare('DELETE FROM binding WHERE queue = ?');
    const declare = db.prepare('INSERT OR REPLACE INTO declared VALUES (?, ?)');
    const forget = db.prepare('DELETE FROM declared WHERE queue = ?');
    this.#commit = db.transaction((changes: Changes) => {
      addAll(add, changes.added);
      for (const { id, expires, envelope } of unpacked(changes.changed)) change.run(expires, envelope, id);
      for (const id of changes.gone) gone.run(id);
      for (const [id, deliveries] of changes.tried) tried.run(deliveries, id);
      for (const [queue, source] of changes.bound)
        source === undefined ? unbind.run(queue) : bind.run(queue, source);
      for (const [queue, terms] of changes.declared)
        terms === undefined ? forget.run(queue) : declare.run(queue, terms);
    }).immediate;
  }

  commit(changes: Changes): void {
    this.#commit(changes);
  }

  kept(after: number): Packed {
    const rows: Row[] = [];
    let bytes = 0;
    const found = this.#db.prepare('SELECT * FROM message WHERE id > ? ORDER BY id LIMIT ?');
    for (const row of found.iterate(after, page.messages) as IterableIterator<Row>) {
      rows.push(row);
      bytes += row.envelope.length;
      if (bytes >= page.bytes) break;
    }
    return packed(rows);
  }

  declared(): { readonly queue: string; readonly terms: string }[] {
    return this.#db.prepare('SELECT queue, terms FROM declared').all() as { queue: string; terms: string }[];
  }

  bindings(): { readonly queue: string; readonly source: string }[] {
    return this.#db.prepare('SELECT queue, source FROM binding').all() as { queue: string; source: string }[];
  }
}

/** Puts messages together to cross from one thread to another. */
export function packed(rows: readonly Row[]): Packed {
  const envelopes = new Uint8Array(rows.reduce((sum, { envelope }) => sum + envelope.length, 0));
  let at = 0;
  const heads = rows.map(({ id, priority, expires, deliveries, envelope }): Head => {
    envelopes.set(envelope, at);
    at += envelope.length;
    return [id, priority, expires, deliveries, envelope.length];
  });
  return { heads, envelopes };
}

/** Takes messages apart again. */
export function unpacked({ heads, envelopes }: Packed): Row[] {
  let at = 0;
  return heads.map(([id, priority, expires, deliveries, bytes]) => {
    const envelope = Buffer.from(envelopes.buffer, at, bytes);
    at += bytes;
    return { id, priority, expires, deliveries, envelope };
  });
}

function addAll(add: Statement, added: Packed): void {
  for (const { id, priority, expires, deliveries, envelope } of unpacked(added))
    add.run(id, priority, expires, deliveries, envelope);
}
