// A connection to Redis as the feed of the history needs it: what was under way when it broke is told as failed.
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { StompwireError } from '../../errors.ts';

type Argument = string | number | Buffer;

/** What Redis answers, texts as bytes. */
export type Reply = null | number | Buffer | readonly Reply[];

export interface ConnectionOptions {
  /** Milliseconds of the first pause before it connects again; doubled each time. */
  readonly base?: number;
  readonly max?: number;
  readonly random?: () => number;
}

/** Connects with the first command, and again by itself: with backoff and full jitter. */
export class RedisConnection {
  readonly #redis: Redis;
  #trouble: string | undefined;

  /** @param url - `redis://` or `rediss://`; parameters are not for the driver */
  constructor(url: string, { base = 50, max = 5000, random = Math.random }: ConnectionOptions = {}) {
    const address = new URL(url);
    address.search = '';
    this.#redis = new Redis(address.href, {
      lazyConnect: true,
      // a command that was under way is not sent again: it may have been carried out
      autoResendUnfulfilledCommands: false,
      // and fails when the connection does: with any other number it would wait for ever, sent nowhere
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => 1 + random() * Math.min(max, base * 2 ** Math.min(times, 20)),
    });
    this.#redis.on('error', (error: Error) => {
      this.#trouble = error.message;
    });
    this.#redis.on('ready', () => {
      this.#trouble = undefined;
    });
    this.#redis.on('close', () => {
      this.#trouble ??= 'the connection is closed';
    });
  }

  /** Why it is not connected; `undefined` when it is, or was never asked for anything. */
  get away(): string | undefined {
    return this.#trouble;
  }

  call(command: string, ...args: Argument[]): Promise<Reply> {
    return this.#done(this.#redis.callBuffer(command, ...args));
  }

  /** Runs a script: by its hash, and in full where it is not known. */
  async script(text: string, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args];
    try {
      return await this.call('EVALSHA', hashOf(text), ...rest);
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error;
      return this.call('EVAL', text, ...rest);
    }
  }

  /** Ends at once; what is under way fails. */
  close(): void {
    this.#redis.disconnect();
  }

  async #done(answer: Promise<unknown>): Promise<Reply> {
    try {
      return (await answer) as Reply;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StompwireError('relay-unavailable', `Redis: ${reason}`, { cause: error });
    }
  }
}

const hashes = new Map<string, string>();

function hashOf(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) hashes.set(text, (hash = createHash('sha1').update(text).digest('hex')));
  return hash;
}
