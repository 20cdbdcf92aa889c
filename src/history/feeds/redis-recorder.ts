// Puts the records of this process's log into the feed in Redis, a turn's at once.
import { StompwireError } from '../../errors.ts';
import type { LogRecord } from '../../message/record.ts';
import { parseRedisAddress } from '../../redis/address.ts';
import { type ConnectionOptions, RedisConnection } from '../../redis/connection.ts';
import type { Recorder } from '../../relay/log.ts';
import { Keys } from '../../relay/redis/keys.ts';
import { fieldsOf } from './redis-entries.ts';

export interface RedisRecorderOptions {
  /** How many entries a partition may hold. */
  readonly maxEntries?: number;
  readonly reconnect?: ConnectionOptions;
  /** Hears of a record of which nobody knows whether Redis has it. */
  readonly lost?: (record: LogRecord, error: unknown) => void;
}

const usualEntries = 100_000;
/** While a partition is full its length is asked for this often, in milliseconds. */
const askedEvery = 50;

/** What is known of a partition. */
interface Known {
  length: number;
  underWay: number;
  asked: number;
}

export class RedisRecorder implements Recorder {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #maxEntries: number;
  readonly #lost: (record: LogRecord, error: unknown) => void;
  readonly #known: Known[];
  readonly #underWay = new Set<Promise<void>>();

  /** @param url - as that of the feed */
  constructor(url: string, options: RedisRecorderOptions = {}) {
    this.#redis = new RedisConnection(url, options.reconnect);
    this.#keys = new Keys(parseRedisAddress(url));
    this.#maxEntries = options.maxEntries ?? usualEntries;
    this.#lost = options.lost ?? (() => {});
    const { partitions } = this.#keys;
    this.#known = Array.from({ length: partitions }, () => ({ length: 0, underWay: 0, asked: 0 }));
  }

  record(record: LogRecord): void {
    const partition = this.#keys.partitionOf(record.destination);
    const known = this.#known[partition]!;
    if (known.length + known.underWay >= this.#maxEntries) {
      this.#ask(partition, known);
      const wait = `${known.length + known.underWay} messages wait to be stored; ${this.#maxEntries} may`;
      throw new StompwireError('history-full', wait);
    }
    known.underWay++;
    this.#watch(this.#append(partition, known, record));
  }

  /** Done when Redis has all that was recorded until now, or has lost it. */
  async flushed(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#redis.close();
  }

  /** The driver writes what a turn brings in one piece. */
  async #append(partition: number, known: Known, record: LogRecord): Promise<void> {
    try {
      const feed = this.#keys.feed(partition);
      const done = this.#redis.call('XADD', feed, '*', ...fieldsOf(record));
      if (known.underWay % 64 === 1) this.#watch(this.#measure(partition, known));
      await done;
      known.length++;
    } catch (error) {
      this.#lost(record, error);
    } finally {
      known.underWay--;
    }
  }

  async #measure(partition: number, known: Known): Promise<void> {
    const length = await this.#redis.call('XLEN', this.#keys.feed(partition)).catch(() => undefined);
    if (length !== undefined) known.length = Number(length);
  }

  #ask(partition: number, known: Known): void {
    const now = performance.now();
    if (now - known.asked < askedEvery) return;
    known.asked = now;
    this.#watch(this.#measure(partition, known));
  }

  #watch(work: Promise<void>): void {
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work));
  }
}
