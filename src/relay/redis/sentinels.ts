// Asks the sentinels each second who the primary is: the client hears of a promotion only when it listens in time.
import { Redis } from 'ioredis';
import type { RedisAddress } from '../../redis/address.ts';
import { connectionOptions } from './connection.ts';

/** How often, in milliseconds. */
const askEvery = 1000;

/**
 * A primary that was away and comes back takes messages for seconds before the sentinels tell it that it was replaced:
 * whoever is connected to it would be in another broker than everybody else.
 */
export class Sentinels {
  readonly #address: RedisAddress;
  readonly #named: (host: string, port: number) => void;
  readonly #timer: NodeJS.Timeout;
  #at = 0;
  #redis: Redis | undefined;

  /** @param named - hears whom they name */
  constructor(address: RedisAddress, named: (host: string, port: number) => void) {
    this.#address = address;
    this.#named = named;
    this.#timer = setInterval(() => void this.#ask(), askEvery * (0.9 + Math.random() * 0.2)).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redis?.disconnect();
  }

  async #ask(): Promise<void> {
    try {
      this.#redis ??= await this.#connected();
      const named = await this.#redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.#address.group!);
      const [host, port] = (named ?? []) as string[];
      if (host !== undefined) this.#named(host, Number(port));
    } catch {
      this.#redis?.disconnect();
      this.#redis = undefined;
      this.#at++; // another one, next time
    }
  }

  async #connected(): Promise<Redis> {
    const { hosts, sentinelPassword, tls } = this.#address;
    const { host, port } = hosts[this.#at % hosts.length]!;
    const { connectTimeout, socketTimeout } = connectionOptions(
      { ...this.#address, form: 'single' },
      undefined,
    );
    const redis = new Redis({
      host,
      port,
      connectTimeout: connectTimeout!,
      socketTimeout: socketTimeout!,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      ...(sentinelPassword !== undefined && { password: sentinelPassword }),
      ...(tls && { tls: {} }),
    });
    redis.on('error', () => {}); // whoever asks is told
    await redis.connect();
    return redis;
  }
}
