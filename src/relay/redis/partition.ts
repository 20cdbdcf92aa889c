// One partition of the destinations: what is sent to it, what is listened to in it, and the logs that are followed.
import type { Buffer } from 'node:buffer';
import type { Position } from '../../message/position.ts';
import { Channels } from './channels.ts';
import type { CommitKind } from './commit-script.ts';
import { fateOf } from './fate.ts';
import { Interests, type InterestsParts } from './interests.ts';
import { type Lane, type LaneParts, type Parcel, unavailable } from './lane.ts';
import { Lanes, type LanesParts } from './lanes.ts';
import type { Link } from './link.ts';
import { readScript } from './log-scripts.ts';
import { type LogPage, type NoPage, pageOf } from './pages.ts';
import type { Script } from './scripts.ts';
import { StoredWaits } from './stored-waits.ts';
import type { Tail } from './tail.ts';
import { Tails } from './tails.ts';
import { callOn } from './unreplicated.ts';
import { sessionsOf, Watch } from './watch.ts';

/** What partitions share. */
export interface PartitionParts
  extends Omit<LanesParts, 'run' | 'misled'>,
    Pick<InterestsParts, 'policyOf' | 'deliver' | 'covered' | 'patterns' | 'foreign'> {
  /** Names this node in the channel of its signs of life. */
  readonly node: string;
  readonly clock: () => number;
  /** How long something waits for a Redis that is away. */
  readonly wait: number;
  readonly misled: (error: unknown, link: Link | undefined) => void;
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
  readonly lanes: Lanes;
  readonly watch: Watch;
  readonly waits: StoredWaits;
  readonly #parts: PartitionParts;
  readonly #handlers = new Map<string, (payload: Buffer) => void>();
  readonly #tails: Tails;
  readonly #interests: Interests;
  #link: Link | undefined;
  #again: NodeJS.Timeout | undefined;
  #hinted = false;

  constructor(index: number, parts: PartitionParts) {
    this.index = index;
    this.#parts = parts;
    const { keys, clock, deliver, mended } = parts;
    this.channels = new Channels((error) => this.#misled(error), parts.history ? [keys.stored(index)] : []);
    this.lanes = new Lanes(index, {
      ...parts,
      run: (...call) => (this.#link?.commands.up === true ? callOn(this.#link.commands, ...call) : undefined),
      misled: (error) => this.#misled(error),
    });
    this.#tails = new Tails({
      read: (destination, after, limit) => this.read(destination, after, limit),
      deliver,
      mended,
      clock,
      exact: (destination) => this.#interests.has(destination),
    });
    this.#interests = new Interests({
      ...parts,
      channelOf: (destination) => this.channelOf(destination),
      all: this.named(keys.all(index)),
      hear: (channel, handler, deadline) => this.#hear(channel, handler, deadline),
      unhear: (channel) => this.#unhear(channel),
      tails: this.#tails,
    });
    this.watch = new Watch({
      link: () => this.#link,
      tails: () => this.#tails.all,
      call: (tails) => this.#watchCall(tails),
      clock,
    });
    this.waits = new StoredWaits({
      marks: (destinations) => this.#marks(destinations),
      fate: (destination, position) =>
        this.call(({ commands }) => fateOf(commands, keys.top(destination), position)),
      session: () => (this.#link?.commands.up ? sessionsOf(this.#link) : undefined),
      clock,
    });
    this.#hear(this.named(this.#sign), (payload) => this.watch.heard(payload)).catch(() => {}); // it is closed
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
    this.#interests.interrupted();
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
    this.lanes.flush();
  }

  /** Another lane to its primary. */
  lane(script: Script, head: LaneParts['head'], kind?: CommitKind): Lane {
    return this.lanes.open(script, head, kind);
  }

  /** Hears what comes on a channel that is not of a destination; done when it does. */
  hear(channel: string, handler: (payload: Buffer) => void): Promise<void> {
    return this.#hear(this.named(channel), handler, this.#deadline);
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
    this.lanes.sweep(now);
    this.channels.sweep(now);
  }

  interest(destination: string): Promise<void> {
    return this.#interests.add(destination, this.#deadline);
  }

  disinterest(destination: string): void {
    this.#interests.delete(destination);
  }

  /** Listens to everything, for patterns. */
  interestInAll(): Promise<void> {
    return this.#interests.addAll(this.#deadline);
  }

  /** A pattern was taken back. */
  narrowed(): void {
    this.#interests.narrowed();
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
    await this.lanes.close();
  }

  get #deadline(): number {
    return this.#parts.clock() + this.#parts.wait;
  }

  get #sign(): string {
    return `${this.#parts.keys.tag(this.index)}:node:${this.#parts.node}`;
  }

  #hear(channel: string, handler: (payload: Buffer) => void, deadline?: number): Promise<void> {
    this.#handle(channel, handler);
    return this.channels.want(channel, deadline);
  }

  #handle(channel: string, handler: (payload: Buffer) => void): void {
    this.#handlers.set(channel, handler);
    this.#parts.named(channel, this);
  }

  #unhear(channel: string): void {
    this.#handlers.delete(channel);
    this.#parts.named(channel, undefined);
    this.channels.drop(channel);
  }

  /** The server is not the one, or not yet: what was refused goes again in a moment. */
  #misled(error: unknown): void {
    this.#parts.misled(error, this.#link);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.flush(), 50 + Math.random() * 50).unref();
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
