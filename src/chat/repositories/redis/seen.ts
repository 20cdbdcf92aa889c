// The shelf of who was last there when, in Redis.
import type { RedisConnection, Reply } from '../../../redis/connection.ts';
import type { SeenAt, SeenShelf } from '../../live-repository.ts';

/** So many go in one call, so that nobody else waits for long. */
const together = 1000;

/** See {@link SeenShelf}. */
export class RedisSeen implements SeenShelf {
  readonly key: string;
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection, key: string) {
    this.#connection = connection;
    this.key = key;
  }

  async saw(seen: readonly SeenAt[]): Promise<void> {
    for (let from = 0; from < seen.length; from += together) {
      const words = seen.slice(from, from + together).flatMap(([key, at]) => [at, key]);
      await this.#connection.call('ZADD', this.key, 'GT', ...words);
    }
  }

  async forget(since: number, most: number): Promise<void> {
    await this.#connection.call('ZREMRANGEBYSCORE', this.key, '-inf', `(${since}`);
    await this.#connection.call('ZREMRANGEBYRANK', this.key, 0, -most - 1);
  }

  async of(keys: readonly string[]): Promise<readonly SeenAt[]> {
    if (keys.length === 0) return [];
    const moments = (await this.#connection.call('ZMSCORE', this.key, ...keys)) as readonly Reply[];
    return keys.flatMap((key, at): SeenAt[] => (moments[at] === null ? [] : [[key, Number(moments[at])]]));
  }
}
