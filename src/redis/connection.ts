// A connection to a Redis, a group under Sentinel or a cluster: what was under way when it broke is told as failed.
import { createHash } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { StompwireError } from '../errors.ts';
import { parseRedisAddress, type RedisAddress } from './address.ts';

type Argument = string | number | Buffer;

/** What Redis answers, texts as bytes. */
export type Reply = null | number | Buffer | readonly Reply[];

export interface ConnectionOptions {
  /** Milliseconds of the first pause before it connects again; doubled each time. */
  readonly base?: number;
  readonly max?: number;
  readonly random?: () => number;
  /** After so many milliseconds without an answer a connection is given up; longer than anything waits for news. */
  readonly silence?: number;
}

/** Connects with the first command, and again by itself: with backoff and full jitter. */
export class RedisConnection {
  /** Whether what is in several partitions may be several servers', so that no call may name two of them. */
  readonly spread: boolean;
  readonly #address: RedisAddress;
  readonly #redis: Redis | Cluster;
  readonly #pause: Pause;
  #trouble: string | undefined;
  #ends = 0;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param url - as that of the relay: one server, a group under Sentinel, or a cluster
   * @throws {StompwireError} `bad-configuration`, without the password
   */
  constructor(url: string, options: ConnectionOptions = {}) {
    const { base = 50, max = 5000, random = Math.random, silence = 3000 } = options;
    const address = parseRedisAddress(url);
    const again = (times: number): number => 1 + random() * Math.min(max, base * 2 ** Math.min(times, 20));
    this.#address = address;
    this.#pause = again;
    this.spread = address.form === 'cluster';
    this.#redis = this.spread ? clusterAt(address, again, silence) : serverAt(address, again, silence);
    this.#redis.on('error', (error: Error) => {
      this.#trouble = (error as { lastNodeError?: Error }).lastNodeError?.message ?? error.message;
    });
    this.#redis.on('ready', () => {
      this.#trouble = undefined;
      this.#ends = 0;
    });
    this.#redis.on('end', () => this.#ended());
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

  /**
   * Under Sentinel: done when the replicas have all that was done here before. What only the primary has may be lost by
   * a promotion and be sent again: in the history it would stand twice.
   */
  async replicated(): Promise<void> {
    const { form, replicas, wait } = this.#address;
    if (form !== 'sentinel') return;
    const [, connected] = /connected_slaves:(\d+)/.exec(String(await this.call('INFO', 'replication'))) ?? [];
    const needed = replicas || Number(connected);
    if (needed === 0 || Number(await this.call('WAIT', needed, wait)) >= needed) return;
    throw new StompwireError('relay-unavailable', 'Redis: the replicas do not have yet what is to be stored');
  }

  /** Ends at once; what is under way fails. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#redis.disconnect();
  }

  /** The driver gives up for good when it is told of a promotion while it asks who the primary is; we do not. */
  #ended(): void {
    if (this.#closed) return;
    this.#again = setTimeout(() => this.#redis.connect().catch(() => {}), this.#pause(this.#ends++));
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

type Pause = (times: number) => number;

/** One server, or whoever the sentinels say is the primary. */
function serverAt(address: RedisAddress, again: Pause, silence: number): Redis {
  const { form, hosts, group, sentinelPassword, tls, db } = address;
  const place =
    form === 'single'
      ? hosts[0]!
      : {
          ...{ sentinels: [...hosts], name: group!, failoverDetector: true, enableTLSForSentinelMode: tls },
          ...(sentinelPassword !== undefined && { sentinelPassword }),
          sentinelRetryStrategy: again,
          // one that answers nothing is not waited for: the next one is asked
          sentinelCommandTimeout: silence,
        };
  const options: RedisOptions & { replyMapping: 'legacy' } = {
    ...{ ...place, ...loginOf(address), db, replyMapping: 'legacy' },
    lazyConnect: true,
    socketTimeout: silence,
    connectTimeout: silence,
    // a command that was under way is not sent again: it may have been carried out
    autoResendUnfulfilledCommands: false,
    // and fails when the connection does: with any other number it would wait for ever, sent nowhere
    maxRetriesPerRequest: 0,
    retryStrategy: again,
    // it was the primary, and is no more
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  };
  return new Redis(options);
}

/** The masters of a cluster. What a slot's move or a promotion refuses was not begun: the driver asks where it is now. */
function clusterAt(address: RedisAddress, again: Pause, silence: number): Cluster {
  return new Cluster([...address.hosts], {
    redisOptions: {
      ...{ ...loginOf(address), replyMapping: 'legacy', socketTimeout: silence, connectTimeout: silence },
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    },
    lazyConnect: true,
    clusterRetryStrategy: again,
    retryDelayOnFailover: 100,
    maxRedirections: 3,
    slotsRefreshInterval: 5000,
  });
}

function loginOf({
  username,
  password,
  tls,
}: RedisAddress): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
}

const hashes = new Map<string, string>();

function hashOf(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) hashes.set(text, (hash = createHash('sha1').update(text).digest('hex')));
  return hash;
}
