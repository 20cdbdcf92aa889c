// What the thread that writes does: batches in one commit each, deletion, redaction, and the marks of runs.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Database, Statement } from 'better-sqlite3';
import { comparePositions, type Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import { markOf, setMark } from '../../../sqlite/schema.ts';
import { flawOf } from '../../keepable.ts';
import { type Packed, packed, unpacked } from './packed.ts';
import type { TextIndex } from './text-index.ts';

/** The largest body that is kept. */
const largestBody = 64 << 20;
/** So many destinations are known by heart. */
const remembered = 50_000;

/** Index in its batch, and why: the records of which are refused. */
export type Refused = readonly [index: number, reason: string];

/** A message that is to go. */
export interface Doomed extends Position {
  readonly id: number;
  readonly destination: number;
}

interface Known {
  readonly id: number;
  last: Position | undefined;
}

/** What a sender is looked up by. */
export const senderHash = (sender: string): number => crc32(sender);

export class Writing {
  readonly #db: Database;
  readonly #index: TextIndex;
  readonly #statements: Record<string, Statement>;
  readonly #known = new Map<string, Known>();
  #nextId = 0;
  #topEpoch = 0;

  constructor(db: Database, index: TextIndex) {
    this.#db = db;
    this.#index = index;
    this.#statements = statementsOn(db);
    this.#reload();
  }

  /** The highest id that a message has or had. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** One commit, and one sync, for all of them. */
  append(batch: Packed): readonly Refused[] {
    const refused: Refused[] = [];
    this.#commit(() => {
      for (const [index, record] of unpacked(batch).entries()) {
        const reason = flawOf(record) ?? tooLarge(record);
        if (reason === undefined) this.#insert(record);
        else refused.push([index, reason]);
      }
    });
    return refused;
  }

  #insert(record: LogRecord): void {
    const { destination, epoch, seq, time, sender, contentType, headers, key, tombstone, body } = record;
    const known = this.#destination(destination);
    const { place, key: sameKey, message } = this.#statements;
    const hash = sender === undefined ? null : senderHash(sender);
    if (place!.run(known.id, epoch, seq, time, hash, this.#nextId).changes === 0) return;
    // used again after its window: what was delivered has its place, and the first one keeps the key
    const own = key === undefined || sameKey!.get(known.id, key) !== undefined ? null : key;
    const head = headers.length === 0 ? null : JSON.stringify(headers);
    message!.run(
      ...[this.#nextId, known.id, epoch, seq, time, sender ?? null, contentType ?? null, head],
      ...[own, tombstone ?? null, body],
    );
    this.#nextId++;
    this.#advanced(known, { epoch, seq });
  }

  /** Ids stand for places as long as positions come in their order. */
  #advanced(known: Known, position: Position): void {
    if (known.last !== undefined && comparePositions(position, known.last) < 0)
      this.#statements.unsorted!.run(known.id);
    else known.last = position;
    if (position.epoch <= this.#topEpoch) return;
    this.#topEpoch = position.epoch;
    setMark(this.#db, 'top epoch', position.epoch);
  }

  #destination(name: string): Known {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    if (this.#known.size >= remembered) this.#known.clear();
    const row = this.#statements.destination!.get(name) as { id: number } | undefined;
    const id = row?.id ?? Number(this.#statements.newDestination!.run(name).lastInsertRowid);
    const known = { id, last: this.#statements.last!.get(id, id) as Position | undefined };
    this.#known.set(name, known);
    return known;
  }

  /** Takes messages away; how far their destinations went is remembered. @returns how many were there */
  remove(doomed: readonly Doomed[]): number {
    let removed = 0;
    this.#commit(() => {
      for (const { id, destination, epoch, seq } of doomed) {
        this.#statements.top!.run({ id: destination, epoch, seq });
        if (this.#statements.removePlace!.run(destination, epoch, seq).changes === 0) continue;
        this.#index.remove(id);
        removed += this.#statements.removeMessage!.run(id).changes;
      }
    });
    return removed;
  }

  redact(name: string, { epoch, seq }: Position): boolean {
    const row = this.#statements.find!.get(name, epoch, seq) as { message: number } | undefined;
    if (row === undefined) return false;
    this.#commit(() => {
      this.#index.remove(row.message);
      this.#statements.redact!.run(Buffer.alloc(0), row.message);
    });
    return true;
  }

  /** Puts a record in the place of its tombstone; where there is none, it is appended. @returns why it is refused */
  restore(one: Packed): string | undefined {
    const [record] = unpacked(one) as [LogRecord];
    const { destination, epoch, seq, key } = record;
    const reason = flawOf(record) ?? tooLarge(record);
    if (reason !== undefined) return reason;
    const { id } = this.#destination(destination);
    const place = this.#statements.poisoned!.get(id, epoch, seq) as { message: number } | undefined;
    if (place === undefined) return this.append(packed([record]))[0]?.[1];
    if (key !== undefined && this.#statements.key!.get(id, key) !== undefined)
      return 'its key is at another place already';
    this.#commit(() => this.#replace(id, place.message, record));
    return undefined;
  }

  #replace(destination: number, message: number, record: LogRecord): void {
    const { epoch, seq, time, sender, contentType, headers, key, tombstone, body } = record;
    const hash = sender === undefined ? null : senderHash(sender);
    this.#statements.replacePlace!.run(time, hash, destination, epoch, seq);
    const head = headers.length === 0 ? null : JSON.stringify(headers);
    const told = [time, sender ?? null, contentType ?? null, head, key ?? null, tombstone ?? null];
    this.#statements.replaceMessage!.run(...told, body, message);
    this.#index.replace(message);
  }

  /** On disk in the main file before anybody counts in it, so that a torn write-ahead log does not bring it back. */
  begin(now: number): { epoch: number; sure: number } {
    const ended = markOf(this.#db, 'ended') === 1;
    const last = markOf(this.#db, 'epoch');
    const goesOn = ended && this.#topEpoch <= last;
    const epoch = goesOn ? last : Math.max(last + 1, this.#topEpoch + 1, now);
    const sure = goesOn ? markOf(this.#db, 'sure') : epoch;
    this.#commit(() => this.#setMarks({ epoch, sure, ended: 0 }));
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    return { epoch, sure };
  }

  end(): void {
    this.#commit(() => this.#setMarks({ ended: 1 }));
  }

  #setMarks(marks: Record<string, number>): void {
    for (const [name, value] of Object.entries(marks)) setMark(this.#db, name, value);
  }

  /** What is known by heart is of the file as it is: after a failure it is read again. */
  #commit(work: () => void): void {
    try {
      this.#db.transaction(work).immediate();
    } catch (error) {
      if ((error as { code?: string }).code === 'SQLITE_FULL') this.#giveBack();
      this.#reload();
      throw error;
    }
  }

  /** On a full disk the write-ahead log may hold what the main file has room for. */
  #giveBack(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // then somebody has to make room
    }
  }

  #reload(): void {
    this.#known.clear();
    const { id } = this.#statements.lastId!.get() as { id: number | null };
    this.#nextId = Math.max(id ?? 0, this.#index.mark) + 1;
    this.#topEpoch = markOf(this.#db, 'top epoch');
  }
}

function tooLarge({ body }: LogRecord): string | undefined {
  return body.length > largestBody
    ? `its body has ${body.length} bytes, at most ${largestBody} are kept`
    : undefined;
}

/** The last position of a destination that is there, or was. */
export const lastPosition = `SELECT epoch, seq FROM (
    SELECT * FROM (SELECT epoch, seq FROM place WHERE destination = ? ORDER BY epoch DESC, seq DESC LIMIT 1)
    UNION ALL SELECT top_epoch, top_seq FROM destination WHERE id = ? AND top_epoch IS NOT NULL
  ) ORDER BY epoch DESC, seq DESC LIMIT 1`;

const statementsOn = (db: Database): Record<string, Statement> => ({
  destination: db.prepare('SELECT id FROM destination WHERE name = ?'),
  newDestination: db.prepare('INSERT INTO destination (name) VALUES (?)'),
  last: db.prepare(lastPosition),
  unsorted: db.prepare('UPDATE destination SET sorted = 0 WHERE id = ? AND sorted = 1'),
  key: db.prepare('SELECT 1 FROM message WHERE destination = ? AND key = ?'),
  place: db.prepare('INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?, ?)'),
  message: db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
  lastId: db.prepare('SELECT max(id) AS id FROM message'),
  find: db.prepare(
    'SELECT message FROM place WHERE destination = (SELECT id FROM destination WHERE name = ?) AND epoch = ? AND seq = ?',
  ),
  redact: db.prepare("UPDATE message SET body = ?, headers = NULL, tombstone = 'redacted' WHERE id = ?"),
  poisoned: db.prepare(
    `SELECT p.message FROM place p JOIN message m ON m.id = p.message
      WHERE p.destination = ? AND p.epoch = ? AND p.seq = ? AND m.tombstone = 'poisoned'`,
  ),
  replacePlace: db.prepare(
    'UPDATE place SET time = ?, sender_hash = ? WHERE destination = ? AND epoch = ? AND seq = ?',
  ),
  replaceMessage: db.prepare(
    `UPDATE message SET time = ?, sender = ?, content_type = ?, headers = ?, key = ?, tombstone = ?, body = ?
      WHERE id = ?`,
  ),
  top: db.prepare(
    `UPDATE destination SET top_epoch = @epoch, top_seq = @seq WHERE id = @id
      AND (top_epoch IS NULL OR (top_epoch, top_seq) < (@epoch, @seq))`,
  ),
  removePlace: db.prepare('DELETE FROM place WHERE destination = ? AND epoch = ? AND seq = ?'),
  removeMessage: db.prepare('DELETE FROM message WHERE id = ?'),
});
