// What is new in the feed's streams: waited for over a connection of its own, for waiting blocks all behind it.
import type { RedisConnection, Reply } from '../../redis/connection.ts';
import type { Keys } from '../../relay/redis/keys.ts';
import type { Partition } from './redis-partitions.ts';

/** Waiting is broken off after so many milliseconds, to look whether partitions came or went. */
export const longestWait = 1000;

export class RedisNews {
  readonly #redis: Pick<RedisConnection, 'call' | 'close'>;
  readonly #keys: Pick<Keys, 'feed'>;
  #waiting: Promise<void> | undefined;

  constructor(redis: Pick<RedisConnection, 'call' | 'close'>, keys: Pick<Keys, 'feed'>) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Done once something stands behind what was read last of some partition, or after {@link longestWait}. Whoever
   * calls meanwhile hears of what is waited for already. A failure is followed by a pause: reading tells of it.
   */
  behind(partitions: readonly Partition[]): Promise<void> {
    this.#waiting ??= this.#listen(partitions).finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  close(): void {
    this.#redis.close();
  }

  async #listen(partitions: readonly Partition[]): Promise<void> {
    const feeds = partitions.map(({ number }) => this.#keys.feed(number));
    const last = partitions.map((partition) => partition.last);
    const options = ['COUNT', 1, 'BLOCK', longestWait, 'STREAMS'];
    try {
      const news = await this.#redis.call('XREAD', ...options, ...feeds, ...last);
      for (const [feed, id] of newsOf(news)) {
        const at = feeds.indexOf(feed);
        // what comes was read already when it does not come by reading: it is not to wake anybody again
        if (partitions[at]?.last === last[at]) partitions[at]!.last = id;
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, longestWait / 10).unref());
    }
  }
}

/** The streams that have something, and its id: a map, which the driver gives in one of two forms. */
function newsOf(reply: Reply): [feed: string, id: string][] {
  if (!Array.isArray(reply)) return [];
  const pairs = Array.isArray(reply[0])
    ? reply
    : reply.flatMap((_, at) => (at % 2 ? [] : [reply.slice(at, at + 2)]));
  return (pairs as readonly [Buffer, readonly [Buffer, Reply][]][]).map(([feed, entries]) => [
    String(feed),
    String(entries[0]![0]),
  ]);
}
