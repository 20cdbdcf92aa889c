// The index of the words: filled behind the messages in the idle time of the thread that writes.
import { Buffer } from 'node:buffer';
import type { Database, Statement } from 'better-sqlite3';
import { markOf, setMark } from '../../../sqlite/schema.ts';
import { bigramsOf, lookupOf, textOf } from '../../words.ts';

/** So many messages are indexed at once: an append that comes meanwhile waits for them. */
const slice = 40;
/** Pairs beyond these hardly narrow a search: what is found is compared with the words in any case. */
const pairsLooked = 24;

interface TextRow {
  readonly id: number;
  readonly destination: number;
  readonly content_type: string | null;
  readonly tombstone: 'redacted' | 'poisoned' | null;
  readonly body: Buffer;
}

const code = (character: string): string => character.codePointAt(0)!.toString(36).padStart(4, '0');
const term = (pair: string): string => `p${Array.from(pair, code).join('')}`;
const destinationTerm = (destination: number): string => `d${destination.toString(36)}`;

/** What the index is asked for: letters and digits only, so that nothing of a query is syntax to it. */
export function matchOf(words: readonly string[], destination: number | undefined): string {
  const pairs = words.flatMap((word) => {
    const looked = lookupOf(word);
    return 'begin' in looked ? [`"${term(looked.begin)}"*`] : looked.pairs.map((pair) => `"${term(pair)}"`);
  });
  const terms = [...new Set(pairs)].slice(0, pairsLooked);
  if (destination !== undefined) terms.unshift(`"${destinationTerm(destination)}"`);
  return terms.join(' AND ');
}

/** Brings the index after the messages. */
export class TextIndex {
  readonly #db: Database;
  readonly #next: Statement;
  readonly #one: Statement;
  readonly #insert: Statement;
  readonly #remove: Statement;
  #mark: number;

  constructor(db: Database) {
    this.#db = db;
    const texts = 'SELECT id, destination, content_type, tombstone, body FROM message';
    this.#next = db.prepare(`${texts} WHERE id > ? ORDER BY id LIMIT ?`);
    this.#one = db.prepare(`${texts} WHERE id = ?`);
    this.#insert = db.prepare('INSERT INTO words (rowid, pairs) VALUES (?, ?)');
    this.#remove = db.prepare('DELETE FROM words WHERE rowid = ?');
    this.#mark = markOf(db, 'indexed');
  }

  /** All messages up to this id are in the index. */
  get mark(): number {
    return this.#mark;
  }

  /** Indexes some more, and how far it came, in one commit. It need not be on disk: what is lost is done again. */
  advance(): void {
    this.#db.pragma('synchronous = NORMAL');
    try {
      this.#mark = this.#db.transaction(() => this.#slice()).immediate();
    } finally {
      this.#db.pragma('synchronous = FULL');
    }
  }

  #slice(): number {
    const rows = this.#next.all(this.#mark, slice) as TextRow[];
    for (const row of rows) this.#add(row);
    const mark = rows.at(-1)?.id ?? this.#mark;
    setMark(this.#db, 'indexed', mark);
    return mark;
  }

  #add(row: TextRow): void {
    const terms = termsOf(row);
    if (terms !== undefined) this.#insert.run(row.id, terms);
  }

  /** A message has other words now, within the transaction that gave it them. */
  replace(id: number): void {
    if (id > this.#mark) return;
    this.#remove.run(id);
    this.#add(this.#one.get(id) as TextRow);
  }

  /** Forgets a message, within the transaction that takes it away. */
  remove(id: number): void {
    if (id <= this.#mark) this.#remove.run(id);
  }
}

function termsOf({ destination, content_type, tombstone, body }: TextRow): string | undefined {
  const text = textOf({
    body: Buffer.from(body.buffer, body.byteOffset, body.length),
    contentType: content_type ?? undefined,
    tombstone: tombstone ?? undefined,
  });
  if (text === undefined) return undefined;
  return [destinationTerm(destination), ...Array.from(bigramsOf(text), term)].join(' ');
}
