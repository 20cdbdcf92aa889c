// Dead letters in Redis: a stream beside the feed of each partition.
import type { RedisConnection, Reply } from '../../redis/connection.ts';
import type { Keys } from '../../relay/redis/keys.ts';
import {
  type DeadLetter,
  type DeadLetterBounds,
  type DeadLetters,
  type FeedEntry,
  usualDeadLetters,
} from '../feed.ts';
import { entryId, entryOf, fieldsOf, fieldsOfTrouble, namedFields, splitId } from './redis-entries.ts';

/**
 * A letter is named `<partition>:<id in the stream>`; all of them are ordered by when they were set aside. Each
 * partition has the bounds for itself.
 */
export class RedisDeadLetters implements DeadLetters {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #bounds: DeadLetterBounds;

  constructor(redis: RedisConnection, keys: Keys, bounds: DeadLetterBounds = usualDeadLetters) {
    this.#redis = redis;
    this.#keys = keys;
    this.#bounds = bounds;
  }

  async add(entry: FeedEntry, reason: string): Promise<number> {
    const content = entry.record
      ? fieldsOf(entry.record)
      : fieldsOfTrouble(entry.trouble ?? { reason, bytes: Buffer.alloc(0) });
    const name = this.#keys.dead(splitId(entry.id).partition);
    await this.#redis.call('XADD', name, '*', 'entry', entry.id, 'reason', reason, ...content);
    return this.#fit(name);
  }

  /** Beyond a bound the oldest go, so many that a quarter is free. */
  async #fit(name: string): Promise<number> {
    const { letters, bytes } = this.#bounds;
    const length = Number(await this.#redis.call('XLEN', name));
    const size = Number(await this.#redis.call('MEMORY', 'USAGE', name, 'SAMPLES', 0));
    if (length <= letters && size <= bytes) return 0;
    const share = Math.min(1, letters / length, bytes / size) * 0.75;
    const kept = Math.max(1, Math.floor(length * share));
    return Number(await this.#redis.call('XTRIM', name, 'MAXLEN', kept));
  }

  async list(limit: number, after?: string): Promise<readonly DeadLetter[]> {
    const numbers = Array.from({ length: this.#keys.partitions }, (_, number) => number);
    const lists = await Promise.all(numbers.map((number) => this.#listOf(number, limit, after)));
    return lists.flat().sort(byAge).slice(0, limit);
  }

  async count(): Promise<number> {
    let count = 0;
    for (let number = 0; number < this.#keys.partitions; number++)
      count += Number(await this.#redis.call('XLEN', this.#keys.dead(number)));
    return count;
  }

  async remove(id: string): Promise<boolean> {
    const letter = splitId(id);
    if (!(letter.partition < this.#keys.partitions) || !/^\d+-\d+$/.test(letter.id)) return false;
    return (await this.#redis.call('XDEL', this.#keys.dead(letter.partition), letter.id)) === 1;
  }

  /** Of two letters with one id in their streams the one of the lower partition comes first. */
  async #listOf(number: number, limit: number, after: string | undefined): Promise<DeadLetter[]> {
    const last = after === undefined ? undefined : splitId(after);
    const from = last === undefined ? '-' : `${number > last.partition ? '' : '('}${last.id}`;
    const found = await this.#redis.call('XRANGE', this.#keys.dead(number), from, '+', 'COUNT', limit);
    return (found as readonly [Buffer, Reply][]).map(([id, content]) =>
      letterOf(entryId(number, String(id)), content),
    );
  }
}

function letterOf(id: string, content: Reply): DeadLetter {
  const found = namedFields(content);
  const entry = entryOf(String(found.get('entry') ?? ''), content);
  return { id, reason: String(found.get('reason') ?? ''), time: timesOf(id)[0], entry };
}

/** When, which in that millisecond, and in which partition. */
function timesOf(letter: string): [number, number, number] {
  const { partition, id } = splitId(letter);
  const [time, number] = id.split('-').map(Number);
  return [time!, number!, partition];
}

function byAge(a: DeadLetter, b: DeadLetter): number {
  const one = timesOf(a.id);
  const other = timesOf(b.id);
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
