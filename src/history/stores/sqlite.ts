// The embedded history: a file of SQLite, written and read by threads of its own.
import type { Position } from '../../message/position.ts';
import type { LogRecord } from '../../message/record.ts';
import type { Thread } from '../../sqlite/thread.ts';
import type { HistoryPage, HistoryQuery, HistoryStore, Refusal, StoreUpkeep } from '../store.ts';
import type { ReadCalls, WriteCalls } from './sqlite/calls.ts';
import { Gathering } from './sqlite/gathering.ts';
import { packed, unpacked } from './sqlite/packed.ts';
import { historyThread } from './sqlite/thread.ts';
import type { Doomed } from './sqlite/writing.ts';

/** Where the embedded history is. */
export interface SqliteStoreOptions {
  /** The path of its file; its folder is there. */
  readonly file: string;
  /** In milliseconds since the epoch of Unix; a test turns it. */
  readonly now?: () => number;
  /** Hears that one of its threads has died; it is started again. */
  readonly died?: ((why: Error) => void) | undefined;
}

/** So many are deleted in one commit: an append that comes meanwhile waits for them. */
const deletedAtOnce = 500;

/**
 * Keeps records in a file. What was appended while a commit ran goes into the next one: one sync stands for all
 * of them. Words are indexed in idle time, and after a crash from where the index ends.
 */
export class SqliteStore implements HistoryStore {
  readonly durable = true;
  readonly upkeep: StoreUpkeep;
  readonly #writer: Thread<WriteCalls>;
  readonly #reader: Thread<ReadCalls>;
  readonly #gathering: Gathering;
  readonly #now: () => number;

  constructor({ file, now = Date.now, died }: SqliteStoreOptions) {
    this.#writer = historyThread({ file, role: 'write' }, died);
    this.#reader = historyThread({ file, role: 'read' }, died);
    this.#gathering = new Gathering((batch) => this.#writer.ask('append', batch));
    this.#now = now;
    this.upkeep = this.#upkeep();
  }

  get trouble(): string | undefined {
    return this.#writer.trouble ?? this.#reader.trouble;
  }

  async open(): Promise<void> {
    await this.#writer.open();
    try {
      await this.#reader.open();
    } catch (error) {
      await this.#writer.close();
      throw error;
    }
  }

  append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    return this.#gathering.append(records);
  }

  async find(query: HistoryQuery): Promise<HistoryPage> {
    const { page, next } = await this.#reader.ask('find', query);
    return { records: unpacked(page), next };
  }

  /** The one that writes ends last: it leaves one whole file behind. */
  async close(): Promise<void> {
    await this.#gathering.drained();
    await this.#reader.close();
    await this.#writer.close();
  }

  #upkeep(): StoreUpkeep {
    const [writer, reader] = [this.#writer, this.#reader];
    return {
      begin: () => writer.ask('begin', this.#now()),
      end: async () => {
        await this.#gathering.drained();
        await writer.ask('end');
      },
      last: (destination: string) => reader.ask('last', destination),
      keys: (since, limit) => reader.ask('keys', since, limit),
      count: (query) => reader.ask('count', query),
      deleteBefore: (time) => this.#deleteBefore(time),
      deleteThrough: (destination, position) => this.#deleteThrough(destination, position),
      redact: (destination: string, position: Position) => writer.ask('redact', destination, position),
      restore: (record) => this.#restore(record),
      all: () => this.#all(),
      settled: () => writer.ask('settled'),
    };
  }

  async #restore(record: LogRecord): Promise<Refusal | undefined> {
    const reason = await this.#writer.ask('restore', packed([record]));
    return reason === undefined ? undefined : { record, reason };
  }

  #deleteBefore(time: number): Promise<number> {
    return this.#delete((after) => this.#reader.ask('older', time, after, deletedAtOnce));
  }

  #deleteThrough(destination: string, position: Position): Promise<number> {
    return this.#delete((after) => this.#reader.ask('through', destination, position, after, deletedAtOnce));
  }

  /** @param next - some more that are to go, behind another one of them */
  async #delete(next: (after: Doomed | undefined) => Promise<Doomed[]>): Promise<number> {
    let deleted = 0;
    let doomed = await next(undefined);
    while (doomed.length > 0) {
      deleted += await this.#writer.ask('remove', doomed);
      doomed = await next(doomed.at(-1));
    }
    return deleted;
  }

  async *#all(): AsyncIterable<LogRecord> {
    let records = unpacked(await this.#reader.ask('all', undefined));
    while (records.length > 0) {
      yield* records;
      records = unpacked(await this.#reader.ask('all', records.at(-1)));
    }
  }
}
