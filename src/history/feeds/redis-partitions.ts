// Which partitions of a feed in Redis a reader has: each is one reader's at a time, for as long as it says that it lives.
import type { RedisConnection } from '../../redis/connection.ts';
import { historyGroup, type Keys } from '../../relay/redis/keys.ts';
import { alive, claim, release } from './redis-scripts.ts';

/** A partition that this reader has. */
export interface Partition {
  readonly number: number;
  /** Behind which id reading goes on: among what was given out before, or `>` for what is new. */
  from: string;
  /** The last id that was read; what comes behind it wakes the reader. */
  last: string;
  /** Why it cannot be read. */
  fault: string | undefined;
}

/** Everything from the begin, as far as it was not acknowledged. */
export const fromStart = '0-0';

export interface PartitionsParts {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  /** Names this reader among all. */
  readonly reader: string;
  /** After so many milliseconds of silence the partitions of a reader are others' to take. */
  readonly takeOver: number;
  /** Partitions came or went. */
  readonly changed: () => void;
}

/** Shares the partitions evenly: who has more than its part gives some back, who has less takes what is free. */
export class Partitions {
  readonly #parts: PartitionsParts;
  readonly #mine = new Map<number, Partition>();
  #share: number;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: PartitionsParts) {
    this.#parts = parts;
    this.#share = parts.keys.partitions;
  }

  get mine(): readonly Partition[] {
    return [...this.#mine.values()];
  }

  /** Says that it lives, four times in the time after which it would be dead. */
  start(): void {
    this.#timer ??= setInterval(() => this.look().catch(() => {}), this.#parts.takeOver / 4).unref();
  }

  /** Keeps what it has and takes what it may. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Another reader has it. */
  lost(number: number): void {
    if (this.#mine.delete(number)) this.#parts.changed();
  }

  /** Gives back what is more than its part and of which nothing is in use. */
  async giveBack(inUse: (number: number) => boolean): Promise<void> {
    const surplus = this.#mine.size - this.#share;
    if (surplus <= 0) return;
    const idle = [...this.#mine.keys()].filter((number) => !inUse(number)).slice(-surplus);
    await Promise.all(idle.map((number) => this.#release(number)));
  }

  /** Says nothing any more, to nobody. */
  drop(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** Gives all back. */
  async close(): Promise<void> {
    this.drop();
    await this.#looking?.catch(() => {});
    const { redis, keys, reader } = this.#parts;
    await Promise.all([...this.#mine.keys()].map((number) => this.#release(number)));
    await redis.call('ZREM', readersOf(keys), reader);
  }

  async #look(): Promise<void> {
    const { redis, keys, reader, takeOver } = this.#parts;
    const readers = Number(await redis.script(alive, [readersOf(keys)], [reader, takeOver]));
    this.#share = Math.ceil(keys.partitions / Math.max(readers, 1));
    for (let number = 0; number < keys.partitions && !this.#closed; number++) await this.#claim(number);
  }

  async #claim(number: number): Promise<void> {
    const { redis, keys, reader, takeOver, changed } = this.#parts;
    const has = this.#mine.has(number);
    const take = has || this.#mine.size < this.#share ? 1 : 0;
    if (!has && take === 0) return;
    const names = [keys.lease(number), keys.feed(number)];
    const answer = await redis.script(claim, names, [reader, takeOver, historyGroup, take]);
    if (answer === null) return this.lost(number);
    if (has && answer === 1) return;
    this.#mine.set(number, { number, from: fromStart, last: fromStart, fault: undefined });
    changed();
  }

  async #release(number: number): Promise<void> {
    this.#mine.delete(number);
    await this.#parts.redis.script(release, [this.#parts.keys.lease(number)], [this.#parts.reader]);
  }
}

const readersOf = (keys: Keys): string => `${keys.tag(0)}:readers`;
