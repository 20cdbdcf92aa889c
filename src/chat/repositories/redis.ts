// What the nodes of a chat share for a while, in the Redis that joins them.
import { parseRedisAddress } from '../../redis/address.ts';
import { RedisConnection } from '../../redis/connection.ts';
import type { LiveRepository } from '../live-repository.ts';
import { liveKeys } from './redis/keys.ts';
import { RedisNotices } from './redis/notices.ts';
import { RedisSeen } from './redis/seen.ts';

/**
 * All of it is in one slot of a cluster: a step of a room concerns many users, and is whole or not at all. It lasts as
 * long as what Redis has lasts.
 */
export class RedisLive implements LiveRepository {
  readonly notices: RedisNotices;
  readonly seen: RedisSeen;
  readonly #connection: RedisConnection;

  /** @param url - as the option `broker` has it. @throws {StompwireError} `bad-configuration`, without the password */
  constructor(url: string) {
    const keys = liveKeys(parseRedisAddress(url).prefix);
    this.#connection = new RedisConnection(url);
    this.notices = new RedisNotices(this.#connection, keys);
    this.seen = new RedisSeen(this.#connection, keys.seen);
  }

  async open(): Promise<void> {
    await this.#connection.call('EXISTS', this.seen.key);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}
