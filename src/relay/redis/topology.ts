// Which primary has which partition: one server for all, or the masters of a cluster, as they are now.
import { Redis } from 'ioredis';
import { StompwireError } from '../../errors.ts';
import type { Host, RedisAddress } from '../../redis/address.ts';
import { connectionOptions, messageOf, textOf } from './connection.ts';
import { crc16 } from './keys.ts';
import { Link, type LinkListener } from './link.ts';
import { Sentinels } from './sentinels.ts';

/** Where the partitions are. */
export interface Topology {
  /** Done when all partitions can be reached. @throws {StompwireError} */
  start(within: number): Promise<void>;
  readonly links: Iterable<Link>;
  /** Something is not where it was. */
  changed(link?: Link): void;
  close(): void;
}

/** Hears which link a partition is to use. */
export type Assign = (partition: number, link: Link) => void;

/** One server, or a group of which the sentinels name the primary. */
export class OneServer implements Topology {
  readonly links: readonly [Link];
  readonly #partitions: number;
  readonly #assign: Assign;
  readonly #sentinels: Sentinels | undefined;

  constructor(address: RedisAddress, listener: LinkListener, assign: Assign) {
    this.links = [new Link(address, undefined, listener)];
    this.#partitions = address.partitions;
    this.#assign = assign;
    if (address.form === 'sentinel')
      this.#sentinels = new Sentinels(address, (host, port) => this.links[0].belongs(host, port));
  }

  async start(within: number): Promise<void> {
    for (let partition = 0; partition < this.#partitions; partition++) this.#assign(partition, this.links[0]);
    await this.links[0].start(within);
  }

  /** It was the primary, and is no more: the sentinels know who is. */
  changed(): void {
    this.links[0].commands.reset('this server is no primary any more');
  }

  close(): void {
    this.#sentinels?.close();
    this.links[0].close();
  }
}

const slotCount = 16_384;

/** How often a cluster is asked for its slots when nothing seems to have changed, in milliseconds. */
const refreshEvery = 5000;

/** The masters of a cluster that have slots of ours. */
export class Cluster implements Topology {
  readonly #address: RedisAddress;
  readonly #listener: LinkListener;
  readonly #assign: Assign;
  readonly #links = new Map<string, Link>();
  readonly #assigned: (Link | undefined)[] = [];
  #known: readonly Host[];
  #refreshing = false;
  #next: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(address: RedisAddress, listener: LinkListener, assign: Assign) {
    this.#address = address;
    this.#listener = listener;
    this.#assign = assign;
    this.#known = address.hosts;
  }

  get links(): Iterable<Link> {
    return this.#links.values();
  }

  async start(within: number): Promise<void> {
    const fresh = this.#take(await this.#slots());
    await Promise.all(fresh.map((link) => link.start(within)));
    this.#later(refreshEvery);
  }

  changed(): void {
    this.#later(50 + Math.random() * 100);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#next);
    for (const link of this.#links.values()) link.close();
  }

  #later(delay: number): void {
    clearTimeout(this.#next);
    if (!this.#closed) this.#next = setTimeout(() => void this.#refresh(), delay).unref();
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      const slots = await this.#slots();
      if (!this.#closed) for (const link of this.#take(slots)) link.connect();
    } catch (error) {
      this.#listener.troubled(messageOf(error));
    } finally {
      this.#refreshing = false;
      this.#later(refreshEvery * (0.8 + Math.random() * 0.4));
    }
  }

  /** Uses these masters. @returns the links that are new */
  #take(masters: readonly (Host | undefined)[]): Link[] {
    const fresh: Link[] = [];
    const { prefix, partitions } = this.#address;
    for (let partition = 0; partition < partitions; partition++) {
      const master = masters[crc16(`${prefix}:${partition}`) % slotCount];
      if (master === undefined) continue; // nobody has the slot at the moment
      const name = `${master.host}:${master.port}`;
      let link = this.#links.get(name);
      if (link === undefined) {
        link = new Link(this.#address, master, this.#listener);
        this.#links.set(name, link);
        fresh.push(link);
      }
      if (this.#assigned[partition] === link) continue;
      this.#assigned[partition] = link;
      this.#assign(partition, link);
    }
    this.#closeUnused();
    return fresh;
  }

  #closeUnused(): void {
    for (const [name, link] of this.#links) {
      if (this.#assigned.includes(link)) continue;
      this.#links.delete(name);
      link.close();
    }
  }

  /** The master of each slot, as the first server says that answers. */
  async #slots(): Promise<readonly (Host | undefined)[]> {
    let problem: unknown;
    for (const link of this.#links.values()) {
      if (!link.commands.up) continue;
      try {
        return this.#read(await link.commands.redis.callBuffer('CLUSTER', 'SLOTS'), link.name);
      } catch (error) {
        problem = error;
      }
    }
    for (const host of this.#known) {
      try {
        return this.#read(await this.#ask(host), `${host.host}:${host.port}`);
      } catch (error) {
        problem = error;
      }
    }
    throw this.#unreachable(problem);
  }

  async #ask(host: Host): Promise<unknown> {
    const redis = new Redis({ ...connectionOptions(this.#address, host), retryStrategy: () => null });
    let problem: Error | undefined;
    redis.on('error', (error: Error) => {
      problem ??= error;
    });
    try {
      await redis.connect();
      return await redis.callBuffer('CLUSTER', 'SLOTS');
    } catch (error) {
      throw problem ?? error;
    } finally {
      redis.disconnect();
    }
  }

  #read(reply: unknown, asked: string): readonly (Host | undefined)[] {
    const masters: (Host | undefined)[] = new Array(slotCount);
    const hosts = new Map<string, Host>();
    for (const [from, to, ...servers] of reply as [number, number, ...[unknown, unknown][]][]) {
      for (const [host, port] of servers) {
        const known = hostOf(host, port, asked);
        hosts.set(`${known.host}:${known.port}`, known);
      }
      const master = servers[0];
      if (master !== undefined) masters.fill(hostOf(master[0], master[1], asked), from, to + 1);
    }
    if (hosts.size === 0) throw new Error('the cluster has no slots');
    this.#known = [...hosts.values(), ...this.#address.hosts];
    return masters;
  }

  #unreachable(problem: unknown): StompwireError {
    let text = messageOf(problem);
    for (const secret of [this.#address.password]) if (secret) text = text.replaceAll(secret, '***');
    if (/cluster support disabled/i.test(text))
      return new StompwireError(
        'bad-configuration',
        'Redis: this server is not part of a cluster; give redis://host:port',
      );
    const hopeless = /^(WRONGPASS|NOAUTH|NOPERM)|invalid (username|password)/i.test(text);
    return new StompwireError(
      hopeless ? 'bad-configuration' : 'relay-unavailable',
      `the Redis cluster cannot be reached: ${text}`,
    );
  }
}

/** A server that does not know its own address is where it was asked. */
function hostOf(host: unknown, port: unknown, asked: string): Host {
  const name = host === null ? '' : textOf(host);
  return {
    host: name === '' || name === '?' ? asked.slice(0, asked.lastIndexOf(':')) : name,
    port: Number(port),
  };
}
