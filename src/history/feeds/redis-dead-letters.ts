// Dead letters in Redis: a stream beside the feed of each partition.
import type { Keys } from '../../relay/redis/keys.ts';
import type { DeadLetter, DeadLetters, FeedEntry } from '../feed.ts';
import type { RedisConnection, Reply } from './redis-connection.ts';
import { entryId, entryOf, fieldsOf, fieldsOfTrouble, namedFields, splitId } from './redis-entries.ts';

/** A letter is named `<partition>:<id in the stream>`; all of them are ordered by when they were set aside. */
export class RedisDeadLetters implements DeadLetters {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;

  constructor(redis: RedisConnection, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async add(entry: FeedEntry, reason: string): Promise<void> {
    const content = entry.record
      ? fieldsOf(entry.record)
      : fieldsOfTrouble(entry.trouble ?? { reason, bytes: Buffer.alloc(0) });
    const name = this.#keys.dead(splitId(entry.id).partition);
    await this.#redis.call('XADD', name, '*', 'entry', entry.id, 'reason', reason, ...content);
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
