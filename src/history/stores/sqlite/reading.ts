// What the thread that reads does: pages, counts, last positions and keys.
import { Buffer } from 'node:buffer';
import type { Database, Statement } from 'better-sqlite3';
import type { Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import { positionInCursor } from '../../cursor.ts';
import { PageFilling } from '../../page.ts';
import type { HistoryQuery, StoredKey, StoreUpkeep } from '../../store.ts';
import { holds, textOf, wordsOf } from '../../words.ts';
import { type Packed, packed } from './packed.ts';
import { matchOf } from './text-index.ts';
import { type Doomed, lastPosition, senderHash } from './writing.ts';

type Conditions = Parameters<StoreUpkeep['count']>[0];

interface Row extends Position {
  readonly name: string;
  readonly time: number;
  readonly sender: string | null;
  readonly content_type: string | null;
  readonly headers: string | null;
  readonly key: string | null;
  readonly tombstone: LogRecord['tombstone'] | null;
  readonly body: Buffer;
}

type Order = 'newest' | 'oldest';
/** What stands in a WHERE, and its values. */
type Condition = [string, (string | number)[]];

/** A statement that is put together, and its values. */
interface Asked {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const columns =
  'd.name, m.epoch, m.seq, m.time, m.sender, m.content_type, m.headers, m.key, m.tombstone, m.body';
/** Stands for a destination without messages: ids begin at 1. */
const nobody = { id: 0, sorted: 1 };
/** A search reads so many that may hold its words; then others who wait for the same thread have their turn. */
const mostLooked = 1000;
/** One step of an export. */
const step = { records: 500, bytes: 1 << 20 };

export class Reading {
  readonly #db: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  find(query: HistoryQuery): { page: Packed; next: string | undefined } {
    const filling = new PageFilling(query);
    const from = positionInCursor(query);
    const within =
      query.order === 'oldest'
        ? { ...query, after: from ?? query.after }
        : { ...query, before: from ?? query.before };
    const words = wordsOf(query.text ?? '');
    let looked = 0;
    for (const record of this.#candidates(within, words, query.order ?? 'newest')) {
      if (isMatch(record, words) && !filling.take(record)) break;
      if (words.length === 0 || ++looked < mostLooked) continue;
      filling.end(record);
      break;
    }
    const { records, next } = filling.page();
    return { page: packed(records), next };
  }

  count(query: Conditions): number {
    const words = wordsOf(query.text ?? '');
    if (words.length === 0) {
      const { sql, values } = this.#asked(query, [], 'count(*)');
      return this.#prepared(sql)
        .pluck()
        .get(...values) as number;
    }
    let count = 0;
    for (const record of this.#candidates(query, words)) if (isMatch(record, words)) count++;
    return count;
  }

  last(destination: string): Position | undefined {
    const id = this.#idOf(destination)?.id;
    return id === undefined ? undefined : (this.#prepared(lastPosition).get(id, id) as Position | undefined);
  }

  keys(since: number, limit: number): StoredKey[] {
    const rows = this.#prepared(
      `SELECT d.name, m.key, m.epoch, m.seq, m.time FROM message m JOIN destination d ON d.id = m.destination
        WHERE m.key IS NOT NULL AND m.time >= ? ORDER BY m.time DESC, m.id DESC LIMIT ?`,
    ).all(since, limit) as (Position & { name: string; key: string; time: number })[];
    return rows.map(({ name, key, epoch, seq, time }) => ({
      ...{ destination: name, key, time },
      position: { epoch, seq },
    }));
  }

  /** Some messages that are older than a time, behind another one of them. */
  older(time: number, after: Doomed | undefined, limit: number): Doomed[] {
    const { destination = 0, epoch = 0, seq = 0 } = after ?? {};
    return this.#prepared(
      `SELECT message AS id, destination, epoch, seq FROM place
        WHERE (destination, epoch, seq) > (?, ?, ?) AND time < ? ORDER BY destination, epoch, seq LIMIT ?`,
    ).all(destination, epoch, seq, time, limit) as Doomed[];
  }

  /** Some messages of a destination up to a position, behind another one of them. */
  through(name: string, position: Position, after: Doomed | undefined, limit: number): Doomed[] {
    const { epoch = 0, seq = 0 } = after ?? {};
    return this.#prepared(
      `SELECT message AS id, destination, epoch, seq FROM place
        WHERE destination = ? AND (epoch, seq) > (?, ?) AND (epoch, seq) <= (?, ?) ORDER BY epoch, seq LIMIT ?`,
    ).all(this.#idOf(name)?.id ?? 0, epoch, seq, position.epoch, position.seq, limit) as Doomed[];
  }

  /** Some of all records, behind another one of them. */
  all(after: LogRecord | undefined): Packed {
    const id = after === undefined ? 0 : this.#idOf(after.destination)!.id;
    const rows = this.#prepared(
      `SELECT ${columns} FROM place p CROSS JOIN message m ON m.id = p.message CROSS JOIN destination d ON d.id = p.destination
        WHERE (p.destination, p.epoch, p.seq) > (?, ?, ?) ORDER BY p.destination, p.epoch, p.seq LIMIT ?`,
    ).iterate(id, after?.epoch ?? 0, after?.seq ?? 0, step.records) as Iterable<Row>;
    const records: LogRecord[] = [];
    let bytes = 0;
    for (const row of rows) {
      records.push(recordIn(row));
      if ((bytes += row.body.length) >= step.bytes) break;
    }
    return packed(records);
  }

  /** What may hold the words: each of them is read for that. */
  *#candidates(query: Conditions, words: readonly string[], order?: Order): Generator<LogRecord> {
    const { sql, values } = this.#asked(query, words, columns, order);
    for (const row of this.#prepared(sql).iterate(...values) as Iterable<Row>) yield recordIn(row);
  }

  #asked(query: Conditions, words: readonly string[], what: string, order?: Order): Asked {
    const { destination: name } = query;
    const destination = name === undefined ? undefined : (this.#idOf(name) ?? nobody);
    const by = order === 'oldest' ? 'ASC' : 'DESC';
    if (words.length === 0) {
      const conditions = conditionsOf(query, destination?.id, 'p');
      if (query.sender !== undefined) conditions.push(['p.sender_hash = ?', [senderHash(query.sender)]]);
      const from = order === undefined && query.sender === undefined ? 'FROM place p' : fromPlaces;
      return asked(`SELECT ${what} ${from}`, conditions, order && `p.epoch ${by}, p.seq ${by}`);
    }
    const conditions = conditionsOf(query, destination?.id, 'm');
    conditions.push(['words MATCH ?', [matchOf(words, destination?.id)]]);
    if (destination?.sorted !== 1)
      return asked(`SELECT ${what} ${fromWords}`, conditions, order && `m.epoch ${by}, m.seq ${by}`);
    conditions.push(...this.#idBounds(query, destination.id));
    return asked(`SELECT ${what} ${fromWords}`, conditions, order && `w.rowid ${by}`);
  }

  /** Where ids stand for places: between which of them a search is done. */
  #idBounds({ before, after }: Conditions, destination: number): Condition[] {
    const at = (position: Position, sign: '<' | '>'): number => {
      const by = sign === '<' ? 'DESC' : 'ASC';
      const row = this.#prepared(
        `SELECT message FROM place WHERE destination = ? AND (epoch, seq) ${sign} (?, ?) ORDER BY epoch ${by}, seq ${by} LIMIT 1`,
      ).get(destination, position.epoch, position.seq) as { message: number } | undefined;
      return row?.message ?? (sign === '<' ? 0 : Number.MAX_SAFE_INTEGER);
    };
    return [
      ...(before === undefined ? [] : [['w.rowid <= ?', [at(before, '<')]] satisfies Condition]),
      ...(after === undefined ? [] : [['w.rowid >= ?', [at(after, '>')]] satisfies Condition]),
    ];
  }

  #idOf(destination: string): { id: number; sorted: number } | undefined {
    return this.#prepared('SELECT id, sorted FROM destination WHERE name = ?').get(destination) as
      | { id: number; sorted: number }
      | undefined;
  }

  /** There are few shapes of queries. */
  #prepared(sql: string): Statement {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** In this order: the places decide, what else is asked for is looked up. */
const fromPlaces = `FROM place p CROSS JOIN message m ON m.id = p.message
  CROSS JOIN destination d ON d.id = p.destination`;
const fromWords = `FROM words w CROSS JOIN message m ON m.id = w.rowid
  CROSS JOIN destination d ON d.id = m.destination`;

function conditionsOf(query: Conditions, destination: number | undefined, of: 'p' | 'm'): Condition[] {
  const { before, after, from, to, sender } = query;
  const found: Condition[] = [];
  if (destination !== undefined) found.push([`${of}.destination = ?`, [destination]]);
  if (before !== undefined) found.push([`(${of}.epoch, ${of}.seq) < (?, ?)`, [before.epoch, before.seq]]);
  if (after !== undefined) found.push([`(${of}.epoch, ${of}.seq) > (?, ?)`, [after.epoch, after.seq]]);
  if (from !== undefined) found.push([`${of}.time >= ?`, [from]]);
  if (to !== undefined) found.push([`${of}.time < ?`, [to]]);
  if (sender !== undefined) found.push(['m.sender = ?', [sender]]);
  return found;
}

function asked(begin: string, conditions: Condition[], order: string | undefined): Asked {
  const where = conditions.map(([condition]) => condition).join(' AND ');
  const sql = `${begin}${where && ` WHERE ${where}`}${order === undefined ? '' : ` ORDER BY ${order}`}`;
  return { sql, values: conditions.flatMap(([, values]) => values) };
}

const isMatch = (record: LogRecord, words: readonly string[]): boolean =>
  words.length === 0 || holds(textOf(record) ?? '', words);

const recordIn = (row: Row): LogRecord => ({
  destination: row.name,
  epoch: row.epoch,
  seq: row.seq,
  time: row.time,
  sender: row.sender ?? undefined,
  contentType: row.content_type ?? undefined,
  headers: row.headers === null ? [] : (JSON.parse(row.headers) as string[]),
  body: Buffer.from(row.body.buffer, row.body.byteOffset, row.body.length),
  key: row.key ?? undefined,
  tombstone: row.tombstone ?? undefined,
});
