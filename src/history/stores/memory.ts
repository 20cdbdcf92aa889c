// The history in memory, bounded: the readable reference of the store port.
import { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import { comparePositions, type Position } from '../../message/position.ts';
import type { LogRecord } from '../../message/record.ts';
import { positionInCursor } from '../cursor.ts';
import { flawOf } from '../keepable.ts';
import { PageFilling } from '../page.ts';
import type { HistoryPage, HistoryQuery, HistoryStore, Refusal, StoredKey, StoreUpkeep } from '../store.ts';
import { holds, textOf, wordsOf } from '../words.ts';

/** How much a history in memory holds. */
export interface MemoryStoreOptions {
  /** Of all records together; beyond it the oldest of the largest destination go. Default: 64 MiB. */
  readonly maxBytes?: number;
  /** In milliseconds since the epoch of Unix; a test turns it. */
  readonly now?: () => number;
}

type Conditions = Parameters<StoreUpkeep['count']>[0];

/** What a record costs beside its body. */
const overhead = 256;
const bytesOf = ({ body, headers }: LogRecord): number =>
  overhead + body.length + headers.reduce((sum, { length }) => sum + 2 * length, 0);

/** The records of one destination, in the order of their positions. */
class Shelf {
  readonly records: LogRecord[] = [];
  readonly keys = new Set<string>();
  /** Grows only, whatever is taken away. */
  last: Position | undefined;
  bytes = 0;

  /** The place of the first record at or behind a position. */
  placeOf(position: Position): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePositions(this.records[middle]!, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(position: Position): LogRecord | undefined {
    const found = this.records[this.placeOf(position)];
    return found !== undefined && comparePositions(found, position) === 0 ? found : undefined;
  }

  /** @returns the bytes that it takes; 0: it is there already */
  add(given: LogRecord): number {
    if (this.at(given) !== undefined) return 0;
    const isKnown = given.key !== undefined && this.keys.has(given.key);
    const record = isKnown ? { ...given, key: undefined } : given;
    this.records.splice(this.placeOf(record), 0, record);
    if (record.key !== undefined) this.keys.add(record.key);
    if (this.last === undefined || comparePositions(this.last, record) < 0)
      this.last = { epoch: record.epoch, seq: record.seq };
    this.bytes += bytesOf(record);
    return bytesOf(record);
  }

  /** @returns the bytes that are free again */
  remove(place: number, count = 1): number {
    let bytes = 0;
    for (const record of this.records.splice(place, count)) {
      if (record.key !== undefined) this.keys.delete(record.key);
      bytes += bytesOf(record);
    }
    this.bytes -= bytes;
    return bytes;
  }

  replace(record: LogRecord): void {
    const place = this.placeOf(record);
    this.bytes += bytesOf(record) - bytesOf(this.records[place]!);
    this.records[place] = record;
  }
}

/** Holds records in this process; they end with it. */
export class MemoryStore implements HistoryStore {
  readonly durable = false;
  readonly upkeep: StoreUpkeep;
  readonly #shelves = new Map<string, Shelf>();
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;
  #epoch = 0;
  #ended = false;
  #open = false;

  constructor({ maxBytes = 64 * 1024 * 1024, now = Date.now }: MemoryStoreOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.upkeep = {
      begin: async () => this.#begin(),
      end: async () => {
        this.#ended = true;
      },
      last: async (destination) => this.#opened.get(destination)?.last,
      keys: async (since, limit) => this.#keys(since).slice(0, limit),
      count: async (query) => this.#matching(query).length,
      deleteBefore: async (time) => this.#deleteBefore(time),
      deleteThrough: async (destination, position) => this.#deleteThrough(destination, position),
      redact: async (destination, position) => this.#redact(destination, position),
      all: () => this.#all(),
      settled: async () => {},
    };
  }

  async open(): Promise<void> {
    this.#open = true;
  }

  async append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    const shelves = this.#opened;
    const refusals: Refusal[] = [];
    for (const record of records) {
      const reason = flawOf(record) ?? this.#tooLarge(record);
      if (reason !== undefined) refusals.push({ record, reason });
      else
        this.#bytes += shelfOf(shelves, record.destination).add({
          ...record,
          body: Buffer.from(record.body),
        });
      this.#makeRoom();
    }
    return refusals;
  }

  async find(query: HistoryQuery): Promise<HistoryPage> {
    const filling = new PageFilling(query);
    const position = positionInCursor(query);
    const found = this.#matching(query);
    if (query.order !== 'oldest') found.reverse();
    const sign = query.order === 'oldest' ? 1 : -1;
    for (const record of found) {
      if (position !== undefined && comparePositions(record, position) * sign <= 0) continue;
      if (!filling.take(record)) break;
    }
    return filling.page();
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#shelves.clear();
    this.#bytes = 0;
  }

  get #opened(): Map<string, Shelf> {
    if (this.#open) return this.#shelves;
    throw new StompwireError('history-unavailable', 'the history is closed');
  }

  #tooLarge(record: LogRecord): string | undefined {
    const bytes = bytesOf(record);
    return bytes > this.#maxBytes ? `it takes ${bytes} bytes, all may take ${this.#maxBytes}` : undefined;
  }

  /** Busy rooms give way to quiet ones: a flood in one of them does not wash the others away. */
  #makeRoom(): void {
    while (this.#bytes > this.#maxBytes) {
      const shelves = [...this.#shelves.values()];
      const largest = shelves.reduce((one, other) => (other.bytes > one.bytes ? other : one));
      this.#bytes -= largest.remove(0);
    }
  }

  /** In the order of their positions. */
  #matching(query: Conditions): LogRecord[] {
    const shelves = this.#opened;
    const asked = query.destination === undefined ? [...shelves.values()] : [shelves.get(query.destination)];
    const words = wordsOf(query.text ?? '');
    return asked.flatMap((shelf) => shelf?.records.filter((record) => matches(record, query, words)) ?? []);
  }

  #begin(): { epoch: number; sure: number } {
    if (!this.#ended) this.#epoch = Math.max(this.#highest() + 1, this.#now());
    this.#ended = false;
    return { epoch: this.#epoch, sure: this.#epoch };
  }

  #highest(): number {
    return Math.max(this.#epoch, ...[...this.#opened.values()].map(({ last }) => last?.epoch ?? 0));
  }

  #keys(since: number): StoredKey[] {
    return this.#matching({ from: since })
      .flatMap(({ destination, key, epoch, seq, time }) =>
        key === undefined ? [] : [{ destination, key, position: { epoch, seq }, time }],
      )
      .sort((a, b) => b.time - a.time);
  }

  #deleteBefore(time: number): number {
    let removed = 0;
    for (const shelf of this.#opened.values())
      for (let place = shelf.records.length - 1; place >= 0; place--) {
        if (shelf.records[place]!.time >= time) continue;
        this.#bytes -= shelf.remove(place);
        removed++;
      }
    return removed;
  }

  #deleteThrough(destination: string, position: Position): number {
    const shelf = this.#opened.get(destination);
    const removed = shelf?.placeOf({ epoch: position.epoch, seq: position.seq + 1 }) ?? 0;
    this.#bytes -= shelf?.remove(0, removed) ?? 0;
    return removed;
  }

  #redact(destination: string, position: Position): boolean {
    const shelf = this.#opened.get(destination);
    const record = shelf?.at(position);
    if (shelf === undefined || record === undefined) return false;
    const before = shelf.bytes;
    shelf.replace({ ...record, body: Buffer.alloc(0), headers: [], tombstone: 'redacted' });
    this.#bytes += shelf.bytes - before;
    return true;
  }

  async *#all(): AsyncIterable<LogRecord> {
    yield* this.#matching({});
  }
}

function shelfOf(shelves: Map<string, Shelf>, destination: string): Shelf {
  const found = shelves.get(destination) ?? new Shelf();
  shelves.set(destination, found);
  return found;
}

function matches(record: LogRecord, query: Conditions, words: readonly string[]): boolean {
  const { before, after, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, sender } = query;
  if (before !== undefined && comparePositions(record, before) >= 0) return false;
  if (after !== undefined && comparePositions(record, after) <= 0) return false;
  if (record.time < from || record.time >= to) return false;
  if (sender !== undefined && record.sender !== sender) return false;
  return words.length === 0 || holds(textOf(record) ?? '', words);
}
