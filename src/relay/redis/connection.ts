// One connection to a Redis: checked each time it is made, and never sending anything twice by itself.
import { Buffer } from 'node:buffer';
import { isIP, type Socket } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { StompwireError } from '../../errors.ts';
import type { Host, RedisAddress } from '../../redis/address.ts';
import type { Script } from './scripts.ts';

/** Who hears of a connection. */
export interface ConnectionListener {
  /** It is there, and what it is connected to was found sound. */
  up(): void;
  down(): void;
  /** Why it is not there; once per reason until it is. */
  troubled(reason: string): void;
}

/** Looks at a server that has just been reached. @throws {StompwireError} `bad-configuration`: it will not do */
export type Check = (redis: Redis) => Promise<void>;

/** Waits before another attempt, so that nodes do not come back all at once. */
const backOff = (attempt: number): number =>
  Math.min(2000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);

/** What every connection is made with. Nothing is queued or sent again here: that is decided above. */
export function connectionOptions(
  address: RedisAddress,
  host: Host | undefined,
): RedisOptions & { replyMapping: 'legacy' } {
  const { username, password, db, tls, wait } = address;
  return {
    ...placeOf(address, host),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    db,
    replyMapping: 'legacy',
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: backOff,
    connectTimeout: wait,
    socketTimeout: wait,
    disconnectTimeout: 100,
    disableClientInfo: true,
  };
}

function placeOf(address: RedisAddress, host: Host | undefined): RedisOptions {
  if (address.form !== 'sentinel') return { ...(host ?? address.hosts[0]!) };
  return {
    sentinels: [...address.hosts],
    name: address.group!,
    sentinelRetryStrategy: backOff,
    sentinelCommandTimeout: address.wait, // one that answers nothing is not waited for: the next one is asked
    failoverDetector: true,
    enableTLSForSentinelMode: address.tls,
    ...(address.sentinelPassword !== undefined && { sentinelPassword: address.sentinelPassword }),
  };
}

/** A connection that comes back by itself until it is closed. */
export class Connection {
  readonly redis: Redis;
  /** Whether commands can be sent. */
  up = false;
  /** Counts how often it was made. */
  session = 0;
  readonly #check: Check;
  readonly #listener: ConnectionListener;
  readonly #secrets: readonly string[];
  #closed = false;
  #told = '';
  #again: NodeJS.Timeout | undefined;
  #first: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(address: RedisAddress, host: Host | undefined, check: Check, listener: ConnectionListener) {
    this.#check = check;
    this.#listener = listener;
    this.#secrets = [address.password, address.sentinelPassword].filter((secret) => !!secret) as string[];
    this.redis = new Redis(connectionOptions(address, host));
    this.redis.on('ready', () => void this.#ready());
    this.redis.on('close', () => this.#down());
    this.redis.on('error', (error: Error) => this.#trouble(error));
    this.redis.on('end', () => this.#ended());
  }

  /**
   * Connects; done when the server was found sound.
   *
   * @throws {StompwireError} `bad-configuration`: it never will; `relay-unavailable`: not within this time
   */
  start(within: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const reason = this.#told === '' ? 'it does not answer' : this.#told;
        this.#first?.reject(new StompwireError('relay-unavailable', `Redis cannot be reached: ${reason}`));
      }, within);
      const done = (finish: () => void): void => {
        clearTimeout(timer);
        this.#first = undefined;
        finish();
      };
      this.#first = { resolve: () => done(resolve), reject: (error) => done(() => reject(error)) };
      this.connect();
    });
  }

  /** Connects in the background. */
  connect(): void {
    this.redis.connect().catch(() => {});
  }

  /** Calls a script; one that was flushed away is loaded again: it was not run, so nothing happens twice. */
  async run(script: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    try {
      return await this.redis.callBuffer('EVALSHA', [script.sha, ...rest]);
    } catch (error) {
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return this.redis.callBuffer('EVAL', [script.source, ...rest]);
    }
  }

  /** Sends what is called meanwhile in one write. */
  corked(send: () => void): void {
    const { stream } = this.redis;
    stream?.cork();
    try {
      send();
    } finally {
      stream?.uncork();
    }
  }

  /** Whether it is connected to another server. Of a name only the port is compared. */
  isElsewhere(host: string, port: number): boolean {
    const { remoteAddress, remotePort } = (this.redis.stream ?? {}) as Socket;
    if (!this.up || remoteAddress === undefined) return false;
    const sameHost = isIP(host) === 0 || remoteAddress.replace(/^::ffff:/, '') === host;
    return !sameHost || remotePort !== port;
  }

  /** Gives the connection up, and makes another one. */
  reset(reason: string): void {
    if (this.#closed) return;
    this.#trouble(new Error(reason));
    this.redis.disconnect(true);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#down();
    this.redis.disconnect();
  }

  async #ready(): Promise<void> {
    const { connectionEpoch } = this.redis as unknown as { connectionEpoch: number };
    const isStill = (): boolean =>
      !this.#closed &&
      this.redis.status === 'ready' &&
      (this.redis as unknown as { connectionEpoch: number }).connectionEpoch === connectionEpoch;
    try {
      await this.#check(this.redis);
      if (!isStill()) return;
      this.up = true;
      this.session++;
      this.#told = '';
      this.#first?.resolve();
      this.#listener.up();
    } catch (error) {
      this.#trouble(error as Error);
      if (isStill()) this.redis.disconnect(true);
    }
  }

  #down(): void {
    if (!this.up) return;
    this.up = false;
    this.#listener.down();
  }

  /** The client gives up when it can find no server at all; we do not. */
  #ended(): void {
    this.#down();
    if (this.#closed) return;
    this.#again = setTimeout(() => this.connect(), backOff(4));
  }

  #trouble(error: Error): void {
    if (this.#closed) return;
    const reason = this.#shown(error);
    if (isHopeless(error)) this.#first?.reject(new StompwireError('bad-configuration', `Redis: ${reason}`));
    if (reason === this.#told) return;
    this.#told = reason;
    if (this.#first === undefined) this.#listener.troubled(reason);
  }

  /** An error of the client carries the arguments of its command, which may be the password: only its text is shown. */
  #shown(error: Error): string {
    let text = error.message || (error as { code?: string }).code || String(error);
    if (text.includes('DB index')) text = `database ${this.redis.options.db} cannot be used: ${text}`;
    for (const secret of this.#secrets) text = text.replaceAll(secret, '***');
    return text;
  }
}

/** The text of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error at the start is none that time mends. */
function isHopeless(error: Error): boolean {
  if (error instanceof StompwireError) return error.code === 'bad-configuration';
  return /^(WRONGPASS|NOAUTH|NOPERM)|invalid (username|password)|DB index/i.test(error.message);
}

/** Whether Redis has refused a command without having begun it, so that it can be sent once more. */
export function wasNotBegun(error: unknown): boolean {
  return /^(READONLY|MOVED|ASK|CLUSTERDOWN|TRYAGAIN|LOADING|MASTERDOWN|BUSY|-?UNBLOCKED)\b|enableOfflineQueue/.test(
    messageOf(error),
  );
}

/** A reply's text, whether it came as bytes or as a number. */
export function textOf(reply: unknown): string {
  return Buffer.isBuffer(reply) ? reply.toString() : String(reply);
}
