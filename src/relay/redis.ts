// The relay over Redis: many nodes, one broker. Plain messages by pub/sub, logged ones through logs in streams.
import type { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { isPattern, printable, type Separator } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import { PatternMatcher } from '../message/pattern.ts';
import type { Policies } from '../message/policies.ts';
import { type Counter, type Metrics, noMetrics } from '../metrics/metrics.ts';
import { parseRedisAddress, type RedisAddress } from '../redis/address.ts';
import { Backlog } from './redis/backlog.ts';
import { RedisClaims } from './redis/claims.ts';
import { Commit } from './redis/commit.ts';
import { messageOf } from './redis/connection.ts';
import { keptTerms } from './redis/kept-message.ts';
import { Keys } from './redis/keys.ts';
import { type Lane, type ParcelParts, unavailable } from './redis/lane.ts';
import type { Link, LinkListener } from './redis/link.ts';
import { RedisLogs } from './redis/logs.ts';
import { lookAtAll } from './redis/looks.ts';
import { RedisMembers } from './redis/members.ts';
import { Partition } from './redis/partition.ts';
import { encodePlain } from './redis/payload.ts';
import { queueBounds, type RedisQueuesParts } from './redis/queue-bounds.ts';
import { RedisQueues } from './redis/queues.ts';
import { Cluster, OneServer, type Topology } from './redis/topology.ts';
import type { Deliver, Relay } from './relay.ts';

/** What a relay over Redis stands on. Times in milliseconds. */
export interface RedisRelayParts {
  readonly policies: Policies;
  readonly separator?: Separator;
  /** Whether a history is written behind the feed. */
  readonly history?: boolean;
  /** How many records may wait for the history in one partition. */
  readonly feedBound?: number;
  /** Names this node among those of the service; different on every node. */
  readonly node?: string;
  /** After how long without a sign of life the users of a node are gone. */
  readonly userTimeout?: number;
  /** How its queues are bounded; without it, it keeps none. */
  readonly queues?: RedisQueuesParts;
  /** How long it is remembered what came of a SEND with an idempotency key. */
  readonly claimWindow?: number;
  /** How many messages may wait for Redis, and how many bytes. */
  readonly maxWaiting?: number;
  readonly maxWaitingBytes?: number;
  readonly metrics?: Metrics;
  /** Hears what an operator should know, without any password. */
  readonly troubled?: (what: string) => void;
  /** How far the clock of the logs is ahead of that of Redis: for tests. */
  readonly ahead?: () => number;
}

/** For so long a Redis may not answer when the service starts. */
const startWithin = 5000;
const lookEvery = 1000;
const sweepEvery = 100;

/** See {@link Relay}. What it promises beyond that when Redis dies stands in the documents. */
export class RedisRelay implements Relay {
  readonly log: RedisLogs;
  readonly members: RedisMembers;
  readonly claims: RedisClaims;
  readonly queues?: RedisQueues;
  readonly #address: RedisAddress;
  readonly #parts: RedisRelayParts;
  readonly #keys: Keys;
  readonly #partitions: readonly Partition[];
  readonly #topology: Topology;
  readonly #patterns = new Map<string, PatternMatcher>();
  readonly #byChannel = new Map<string, Partition>();
  readonly #backlog: Backlog;
  readonly #foreign: Counter;
  /** Names this process in its queues, and no other. */
  readonly #holder = randomBytes(9).toString('base64url');
  #deliver: Deliver | undefined;
  #returned: () => void = () => {};
  #commit: Commit | undefined;
  #trouble = '';
  #foreignTold = 0;
  #timers: NodeJS.Timeout[] = [];

  /** @throws {StompwireError} `bad-configuration`, without the password */
  constructor(address: string, parts: RedisRelayParts) {
    this.#address = parseRedisAddress(address);
    this.#parts = parts;
    this.#keys = new Keys(this.#address);
    const metrics = parts.metrics ?? noMetrics;
    const mended = metrics.counter(
      'relay_mended',
      'Messages read from a log, for they did not come by themselves',
    );
    this.#backlog = new Backlog({ ...parts, metrics });
    this.#foreign = metrics.counter('relay_foreign', 'Payloads on our channels that are not ours');
    metrics.gauge('relay_ready', 'Whether the relay is connected: 1 or 0', () =>
      this.state === undefined ? 1 : 0,
    );
    this.#partitions = this.#openPartitions((count) => mended.add(count));
    this.#topology = this.#openTopology();
    this.log = new RedisLogs({
      keys: this.#keys,
      history: parts.history ?? false,
      policyOf: (destination) => parts.policies.of(destination),
      ahead: () => parts.ahead?.() ?? 0,
      lost: (lost) => this.queues?.lost(lost),
      partitionOf: (destination) => this.#partitionOf(destination),
      send: (partition, parcel) => this.#send(partition, partition.lanes.log, parcel),
    });
    const shared = {
      keys: this.#keys,
      partitions: this.#partitions,
      node: parts.node ?? randomBytes(6).toString('base64url'),
      timeout: parts.userTimeout ?? 15_000,
      send: (partition: Partition, lane: Lane, parcel: ParcelParts) => this.#send(partition, lane, parcel),
    };
    this.members = new RedisMembers(shared);
    this.claims = new RedisClaims({ ...shared, window: parts.claimWindow ?? 600_000 });
    if (parts.queues !== undefined) this.queues = this.#openQueues(parts.queues);
  }

  #openQueues(parts: RedisQueuesParts): RedisQueues {
    return new RedisQueues({
      ...parts,
      keys: this.#keys,
      partitions: this.#partitions,
      node: this.#holder,
      wait: this.#address.wait,
      separator: this.#parts.separator ?? '/',
      commit: () => this.#commit,
      heldBack: (destination) =>
        this.#parts.history === true && this.#parts.policies.of(destination)?.deliver === 'stored',
      stored: (destination, position) => this.log.stored(destination, position),
      ahead: () => this.#parts.ahead?.() ?? 0,
      send: (partition, lane, parcel) => this.#send(partition, lane, parcel),
      troubled: (what) => this.#parts.troubled?.(what),
    });
  }

  /** Why it cannot publish, or bring everything, at the moment; `undefined`: it can. */
  get state(): string | undefined {
    const away = this.#partitions.filter(({ ready }) => !ready).length;
    if (away === 0) return this.members.trouble;
    return `Redis is away for ${away} of ${this.#partitions.length} partitions: ${this.#trouble || 'connecting'}`;
  }

  async start(deliver: Deliver): Promise<void> {
    this.#deliver = deliver;
    try {
      await this.#topology.start(startWithin);
    } catch (error) {
      await this.close();
      throw error;
    }
    const now = (): number => performance.now();
    const listening = this.#partitions.map(
      (partition) =>
        partition
          .hear(this.#keys.redactions(partition.index), (told) => this.log.outdated(String(told)))
          .catch(() => {}), // it is closed, or away: it listens as soon as it can
    );
    this.members.start();
    this.queues?.start();
    this.#timers = [
      setInterval(() => this.#look(), lookEvery * (0.9 + Math.random() * 0.2)).unref(),
      setInterval(() => {
        for (const partition of this.#partitions) partition.sweep(now());
      }, sweepEvery).unref(),
    ];
    await Promise.all(listening);
  }

  async publish(message: Message): Promise<void> {
    const partition = this.#partitionOf(message.address);
    const payload = encodePlain(message);
    const keys = [partition.channelOf(message.address)];
    const args = [message.destination, keptTerms(message), payload];
    const lost = await this.#send(partition, partition.lanes.plain, {
      keys,
      args,
      bytes: payload.length + 100,
    });
    if (Array.isArray(lost) && lost.length > 0) this.queues?.lost(lost as Buffer[]);
  }

  async interest(destination: string): Promise<void> {
    if (!isPattern(destination)) return this.#partitionOf(destination).interest(destination);
    const matcher = new PatternMatcher(destination, this.#parts.separator ?? '/');
    this.#patterns.set(destination, matcher);
    await Promise.all(this.#partitions.map((partition) => partition.interestInAll()));
  }

  disinterest(destination: string): void {
    if (!isPattern(destination)) return this.#partitionOf(destination).disinterest(destination);
    this.#patterns.delete(destination);
    for (const partition of this.#partitions) partition.narrowed();
  }

  assertTogether(addresses: readonly string[]): void {
    const [first = ''] = addresses;
    const apart = addresses.find((one) => this.#keys.partitionOf(one) !== this.#keys.partitionOf(first));
    if (apart === undefined) return;
    throw new StompwireError(
      'transaction-too-wide',
      `'${printable(first)}' and '${printable(apart)}' lie in different partitions: COMMIT them one by one`,
    );
  }

  /** See {@link Commit}. */
  together(steps: () => Soon<void>, undone: () => void): Soon<void> {
    const commit = new Commit((lost) => this.queues?.lost(lost));
    let done: Soon<void>;
    this.#commit = commit;
    try {
      done = steps();
    } catch (error) {
      commit.refuse(error as Error);
      undone();
      throw error;
    } finally {
      this.#commit = undefined;
    }
    if (commit.partition !== undefined) return this.#commitAll(commit, done, undone);
    commit.goOn(); // nothing of it is Redis's to do in one step
    return done;
  }

  /** What its session sent before stands before it. */
  async #commitAll(commit: Commit, done: Soon<void>, undone: () => void): Promise<void> {
    const all = Promise.resolve(done);
    all.catch(() => {}); // it is told below
    const partition = commit.partition!;
    try {
      const { parcel } = commit;
      await partition.lanes.settled();
      const answer = await this.#send(partition, partition.lanes.commits, parcel);
      if (!commit.answered(answer as unknown[])) undone();
    } catch (error) {
      commit.refuse(error as Error);
      undone();
    }
    await all;
  }

  async close(): Promise<void> {
    if (this.#deliver !== undefined) {
      this.#deliver = () => {};
      await this.queues?.close();
      this.claims.close();
      await this.members.close();
    }
    this.#deliver = undefined;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#partitions.map((partition) => partition.close()));
    this.#topology.close();
  }

  onReturn(listener: () => void): void {
    this.#returned = listener;
  }

  #openPartitions(mended: (count: number) => void): readonly Partition[] {
    const { policies, history = false, feedBound = 100_000, ahead = () => 0 } = this.#parts;
    const { db, wait, partitions } = this.#address;
    const parts = {
      keys: this.#keys,
      node: randomBytes(9).toString('base64url'),
      policyOf: (destination: string) => policies.of(destination),
      history,
      feedBound,
      ahead,
      holder: this.#holder,
      queueBounds: queueBounds(this.#parts.queues, partitions),
      clock: () => performance.now(),
      wait,
      channel: (name: string) => (db === 0 ? name : `${db}:${name}`),
      deliver: (message: Message) => this.#deliver?.(message),
      covered: (destination: string) => this.#covered(destination),
      patterns: () => this.#patterns.size > 0,
      misled: (error: unknown, link: Link | undefined) => this.#misled(error, link),
      freed: (count: number, bytes: number) => this.#backlog.freed(count, bytes),
      foreign: (channel: string, error: unknown) => this.#foreignPayload(channel, error),
      mended,
      listens: () => this.#returned(),
      named: (channel: string, partition: Partition | undefined) => {
        if (partition === undefined) this.#byChannel.delete(channel);
        else this.#byChannel.set(channel, partition);
      },
    };
    return Array.from({ length: partitions }, (_, index) => new Partition(index, parts));
  }

  #openTopology(): Topology {
    const of = (link: Link): Partition[] => this.#partitions.filter((partition) => partition.link === link);
    const listener: LinkListener = {
      commandsUp: (link) => {
        this.#trouble = '';
        for (const partition of of(link)) {
          partition.flush();
          this.members.up(partition);
          this.queues?.up(partition);
        }
      },
      commandsDown: (link) => {
        for (const partition of of(link)) partition.watch.interrupted();
        if (this.#address.form === 'cluster') this.#topology.changed();
      },
      listeningUp: (link) => {
        for (const partition of of(link)) partition.listen();
        this.log.outdated();
      },
      listeningDown: (link) => {
        for (const partition of of(link)) partition.listen();
      },
      heard: (channel, payload) => {
        const name = channel.toString();
        this.#byChannel.get(name)?.heard(name, payload);
      },
      moved: () => this.#topology.changed(),
      troubled: (reason) => this.#troubled(reason),
    };
    const assign = (partition: number, link: Link): void => this.#partitions[partition]!.use(link);
    return this.#address.form === 'cluster'
      ? new Cluster(this.#address, listener, assign)
      : new OneServer(this.#address, listener, assign);
  }

  #partitionOf(destination: string): Partition {
    return this.#partitions[this.#keys.partitionOf(destination)]!;
  }

  #covered(destination: string): boolean {
    for (const matcher of this.#patterns.values()) if (matcher.matches(destination)) return true;
    return false;
  }

  async #send(partition: Partition, lane: Lane, parcel: ParcelParts): Promise<unknown> {
    if (this.#deliver === undefined) throw unavailable('the relay is closed');
    if (this.#commit !== undefined && lane.kind !== undefined)
      return this.#commit.add(partition, lane.kind, parcel);
    return this.#backlog.send(partition, lane, parcel);
  }

  #look(): void {
    lookAtAll(this.#partitions, this.#address.form === 'cluster');
  }

  #misled(error: unknown, link: Link | undefined): void {
    this.#trouble = messageOf(error).slice(0, 200);
    const text = messageOf(error);
    if (this.#address.form === 'cluster') this.#topology.changed(link);
    else if (/^READONLY|^MASTERDOWN/.test(text)) this.#topology.changed(link);
  }

  #troubled(reason: string): void {
    this.#trouble = reason;
    this.#parts.troubled?.(reason);
  }

  /** Told once a minute: whoever can publish here could fill a disk else. */
  #foreignPayload(channel: string, error: unknown): void {
    this.#foreign.add();
    const now = performance.now();
    if (this.#foreignTold > 0 && now - this.#foreignTold < 60_000) return;
    this.#foreignTold = now;
    this.#parts.troubled?.(`somebody else publishes on our channel of ${channel}: ${messageOf(error)}`);
  }
}
