// One partition of the destinations: what is sent to it, what is listened to in it, and the logs that are followed.
import type { Buffer } from 'node:buffer';
import { Message } from '../../message/message.ts';
import type { LogPolicy } from '../../message/policies.ts';
import type { Position } from '../../message/position.ts';
import { Channels } from './channels.ts';
import { type CommitKind, commitScript } from './commit-script.ts';
import type { Keys } from './keys.ts';
import { Lane, type LaneParts, type Parcel, unavailable } from './lane.ts';
import type { Link } from './link.ts';
import { type LogPage, type NoPage, pageOf } from './pages.ts';
import { decodePayload, type LivePayload } from './payload.ts';
import { presenceOf } from './presence.ts';
import { appendScript, publishScript, readScript, type Script } from './scripts.ts';
import { StoredWaits } from './stored-waits.ts';
import type { Tail } from './tail.ts';
import { Tails } from './tails.ts';
import { Twice } from './twice.ts';
import { callOn } from './unreplicated.ts';
import { sessionsOf, Watch } from './watch.ts';

/** What partitions share. */
export interface PartitionParts {
  readonly keys: Keys;
  /** Names this node in the channel of its signs of life. */
  readonly node: string;
  readonly policyOf: (destination: string) => LogPolicy | undefined;
  /** Whether there is a history, and how many records may wait for it in one partition. */
  readonly history: boolean;
  readonly feedBound: number;
  readonly ahead: () => number;
  readonly clock: () => number;
  /** How the queues that topics fill are bounded, as the scripts read it. */
  readonly queueBounds: string;
  /** Under which name this node has what it was given of queues. */
  readonly holder: string;
  /** How long something waits for a Redis that is away. */
  readonly wait: number;
  /** A channel's name in this database: channels know no databases. */
  readonly channel: (name: string) => string;
  readonly deliver: (message: Message) => void;
  /** Whether a pattern of this node covers a destination. */
  readonly covered: (destination: string) => boolean;
  readonly patterns: () => boolean;
  readonly misled: (error: unknown, link: Link | undefined) => void;
  readonly freed: (count: number, bytes: number) => void;
  readonly foreign: (channel: string, error: unknown) => void;
  readonly mended: (count: number) => void;
  /** It is listened to again: what was published before, and is in no log, may not have come. */
  readonly listens: () => void;
  /** A channel belongs to a partition, or to none any more. */
  readonly named: (channel: string, partition: Partition | undefined) => void;
}

/** Everything of it is in one slot of a cluster, so it is with one primary at a time. */
export class Partition {
  readonly index: number;
  readonly channels: Channels;
  readonly log: Lane;
  readonly plain: Lane;
  readonly commits: Lane;
  /** What else goes to its primary, each kind in an order of its own. */
  readonly #more: Lane[] = [];
  readonly watch: Watch;
  readonly waits: StoredWaits;
  readonly #parts: PartitionParts;
  readonly #handlers = new Map<string, (payload: Buffer) => void>();
  readonly #tails: Tails;
  /** Destinations that are listened to by themselves. */
  readonly #exact = new Set<string>();
  readonly #twice = new Twice();
  #link: Link | undefined;
  #again: NodeJS.Timeout | undefined;
  #hinted = false;

  constructor(index: number, parts: PartitionParts) {
    this.index = index;
    this.#parts = parts;
    const { keys, clock } = parts;
    this.channels = new Channels((error) => this.#misled(error), parts.history ? [keys.stored(index)] : []);
    const head = () => ({
      keys: [keys.feed(index), keys.stored(index), this.named(keys.all(index)), ...this.#queueKeys],
      args: [String(parts.ahead()), parts.history ? String(parts.feedBound) : '0', parts.queueBounds],
    });
    this.log = this.#lane(appendScript, head, 'log');
    this.commits = this.lane(commitScript, () => ({ ...head(), args: [...head().args, parts.holder] }));
    this.plain = this.#lane(
      publishScript,
      () => ({
        keys: [this.named(keys.all(index)), ...this.#queueKeys],
        args: [String(parts.ahead()), parts.queueBounds],
      }),
      'plain',
    );
    this.#tails = new Tails({
      read: (destination, after, limit) => this.read(destination, after, limit),
      deliver: parts.deliver,
      mended: parts.mended,
      clock,
      exact: (destination) => this.#exact.has(destination),
    });
    this.watch = new Watch({
      link: () => this.#link,
      tails: () => this.#tails.all,
      call: (tails) => this.#watchCall(tails),
      clock,
    });
    this.waits = new StoredWaits({
      marks: (destinations) => this.#marks(destinations),
      presence: (destination, position) =>
        this.call(({ commands }) => presenceOf(commands, keys.top(destination), position)),
      session: () => (this.#link?.commands.up ? sessionsOf(this.#link) : undefined),
      clock,
    });
    this.#listen(this.named(this.#sign), (payload) => this.watch.heard(payload));
    if (parts.history) this.#handle(keys.stored(index), () => this.#storedFurther());
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** Whether it can be published to, and all that is wanted is listened to. */
  get ready(): boolean {
    return this.#link?.commands.up === true && this.#link.subscriber.up && this.channels.complete;
  }

  /** Takes another primary. */
  use(link: Link): void {
    this.#link = link;
    this.listen();
    this.flush();
  }

  /** Listens on what its link has now. */
  listen(): void {
    this.watch.interrupted();
    this.#twice.clear();
    const { subscriber } = this.#link ?? {};
    this.channels.use(subscriber);
    if (subscriber?.up !== true) return;
    this.channels.want(this.named(this.#sign)).then(
      () => {
        this.watch.look();
        this.#parts.listens();
      },
      () => {}, // it is closed
    );
  }

  /** What a channel of this partition brings. */
  heard(channel: string, payload: Buffer): void {
    this.#handlers.get(channel)?.(payload);
  }

  push(lane: Lane, parcel: Omit<Parcel, 'deadline'>): void {
    lane.push({ ...parcel, deadline: this.#deadline });
  }

  flush(): void {
    this.log.flush();
    this.plain.flush();
    for (const lane of this.#more) lane.flush();
  }

  /** Another lane to its primary. */
  lane(script: Script, head: LaneParts['head'], kind?: CommitKind): Lane {
    const lane = this.#lane(script, head, kind);
    this.#more.push(lane);
    return lane;
  }

  /** Done when all that waits for it now has been answered or refused. */
  async settled(): Promise<void> {
    await Promise.all([this.log, this.plain, ...this.#more].map((lane) => lane.settled()));
  }

  /** Hears what comes on a channel that is not of a destination; done when it does. */
  hear(channel: string, handler: (payload: Buffer) => void): Promise<void> {
    this.#handle(this.named(channel), handler);
    return this.channels.want(this.named(channel), this.#deadline);
  }

  /** A channel's name in this database. */
  named(channel: string): string {
    return this.#parts.channel(channel);
  }

  /** The logs that are followed. */
  get tails(): Iterable<Tail> {
    return this.#tails.all;
  }

  sweep(now: number): void {
    this.log.sweep(now);
    this.plain.sweep(now);
    for (const lane of this.#more) lane.sweep(now);
    this.channels.sweep(now);
  }

  async interest(destination: string): Promise<void> {
    const deadline = this.#deadline;
    this.#exact.add(destination);
    const channel = this.channelOf(destination);
    this.#handle(channel, (payload) => this.#live(destination, payload));
    await this.channels.want(channel, deadline);
    if (this.#parts.policyOf(destination) !== undefined) await this.#tails.open(destination, deadline);
  }

  disinterest(destination: string): void {
    this.#exact.delete(destination);
    this.#unhandle(this.channelOf(destination));
    if (!this.#parts.covered(destination)) this.#tails.close(destination);
  }

  /** Listens to everything, for patterns. */
  interestInAll(): Promise<void> {
    const channel = this.named(this.#parts.keys.all(this.index));
    this.#handle(channel, (payload) => this.#all(payload));
    return this.channels.want(channel, this.#deadline);
  }

  /** A pattern was taken back. */
  narrowed(): void {
    for (const { destination } of this.#tails.all)
      if (!this.#exact.has(destination) && !this.#parts.covered(destination)) this.#tails.close(destination);
    if (this.#parts.patterns()) return;
    this.#unhandle(this.named(this.#parts.keys.all(this.index)));
    this.#twice.clear();
  }

  /** What stands in a log behind a place; no more entries once their bytes come to `maxBytes`. */
  async read(destination: string, after: Position, limit: number, maxBytes = 0): Promise<LogPage | NoPage> {
    const { keys } = this.#parts;
    const args = [
      destination,
      String(after.epoch),
      String(after.seq),
      String(limit),
      this.#held(destination),
      String(maxBytes),
    ];
    const reply = await this.call((link) =>
      link.commands.run(
        readScript,
        [keys.log(destination), keys.top(destination), keys.stored(this.index), keys.redacted(destination)],
        args,
      ),
    );
    return pageOf(reply as unknown[]);
  }

  channelOf(destination: string): string {
    return this.named(this.#parts.keys.live(destination));
  }

  /** The least epoch that a new log of a destination may have, so that it only grows whatever clocks do. */
  epochAfter(destination: string): number {
    return this.#tails.epochOf(destination) + 1;
  }

  /** Sends a command that changes nothing, now or not at all. */
  async call<T>(send: (link: Link) => Promise<T>): Promise<T> {
    const link = this.#link;
    if (link?.commands.up !== true) throw unavailable('it is away');
    try {
      return await send(link);
    } catch (error) {
      if (/^(READONLY|MOVED|CLUSTERDOWN)/.test((error as Error).message)) this.#misled(error);
      throw error;
    }
  }

  /** Ends; what is under way may still be answered. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#tails.closeAll();
    this.#handlers.clear();
    this.channels.close();
    this.waits.close();
    await Promise.all([this.log, this.plain, ...this.#more].map((lane) => lane.close()));
  }

  get #deadline(): number {
    return this.#parts.clock() + this.#parts.wait;
  }

  /** What topics fill here. */
  get #queueKeys(): readonly string[] {
    const { keys } = this.#parts;
    return [keys.bindings(this.index), keys.queues(this.index).all];
  }

  get #sign(): string {
    return `${this.#parts.keys.tag(this.index)}:node:${this.#parts.node}`;
  }

  #listen(channel: string, handler: (payload: Buffer) => void): void {
    this.#handle(channel, handler);
    this.channels.want(channel).catch(() => {});
  }

  #handle(channel: string, handler: (payload: Buffer) => void): void {
    this.#handlers.set(channel, handler);
    this.#parts.named(channel, this);
  }

  #unhandle(channel: string): void {
    this.#handlers.delete(channel);
    this.#parts.named(channel, undefined);
    this.channels.drop(channel);
  }

  #lane(script: Script, head: LaneParts['head'], kind?: CommitKind): Lane {
    return new Lane({
      script,
      kind,
      head,
      run: (...call) => (this.#link?.commands.up === true ? callOn(this.#link.commands, ...call) : undefined),
      misled: (error) => this.#misled(error),
      freed: this.#parts.freed,
    });
  }

  /** The server is not the one, or not yet: what was refused goes again in a moment. */
  #misled(error: unknown): void {
    this.#parts.misled(error, this.#link);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.flush(), 50 + Math.random() * 50).unref();
  }

  #live(destination: string, payload: Buffer): void {
    const found = this.#decoded(destination, payload);
    if (found === undefined) return;
    if (!(found instanceof Message)) return this.#tails.of(found).take(found);
    if (found.address !== destination) return this.#parts.foreign(destination, new Error('another address'));
    if (this.#parts.patterns()) this.#twice.add(found.id);
    this.#parts.deliver(found);
  }

  #all(payload: Buffer): void {
    const found = this.#decoded('all', payload);
    if (found === undefined) return;
    if (!(found instanceof Message)) {
      if (this.#exact.has(found.destination) || this.#parts.covered(found.destination))
        this.#tails.of(found).take(found);
    } else if (!this.#twice.delete(found.id) && this.#parts.covered(found.address)) {
      this.#parts.deliver(found);
    }
  }

  #decoded(channel: string, payload: Buffer): Message | LivePayload | undefined {
    try {
      return decodePayload(payload);
    } catch (error) {
      this.#parts.foreign(channel, error);
      return undefined;
    }
  }

  #held(destination: string): '0' | '1' {
    return this.#parts.history && this.#parts.policyOf(destination)?.deliver === 'stored' ? '1' : '0';
  }

  #watchCall(tails: readonly Tail[]): { keys: string[]; args: string[] } {
    const { keys } = this.#parts;
    const marks = new Map<string, number>(); // where they stand among the keys
    const held = tails.map(({ destination }) => {
      if (this.#held(destination) === '0') return '';
      const mark = keys.stored(keys.partitionOf(destination));
      if (!marks.has(mark)) marks.set(mark, marks.size + 2);
      return `${marks.get(mark)} ${destination}`;
    });
    const tops = tails.map(({ destination }) => keys.top(destination));
    return { keys: [this.named(this.#sign), ...marks.keys(), ...tops], args: [String(marks.size), ...held] };
  }

  /** The history got further: who waits for it is told, and what was held back is read. */
  #storedFurther(): void {
    if (this.#hinted) return;
    this.#hinted = true;
    setImmediate(() => {
      this.#hinted = false;
      this.waits.check();
      const held = [...this.#tails.all].filter(({ destination }) => this.#held(destination) === '1');
      if (held.length > 0) this.watch.look(held);
    });
  }

  #marks(destinations: readonly string[]): Promise<(string | undefined)[]> {
    const key = this.#parts.keys.stored(this.index);
    return this.call(async ({ commands }) => {
      const marks = await commands.redis.hmget(key, ...destinations);
      return marks.map((mark) => mark ?? undefined);
    });
  }
}
