// The feed in Redis Streams: one stream and one consumer group per partition, shared by any number of readers.
import { randomUUID } from 'node:crypto';
import { comparePositions, type Position } from '../../message/position.ts';
import { parseRedisAddress } from '../../redis/address.ts';
import { type ConnectionOptions, RedisConnection, type Reply } from '../../redis/connection.ts';
import { historyGroup, Keys } from '../../relay/redis/keys.ts';
import type { DeadLetterBounds, Feed, FeedEntry } from '../feed.ts';
import { RedisDeadLetters } from './redis-dead-letters.ts';
import { entryId, entryOf, splitId } from './redis-entries.ts';
import { longestWait, RedisNews } from './redis-news.ts';
import { fromStart, type Partition, Partitions } from './redis-partitions.ts';
import { acknowledge, lag, read } from './redis-scripts.ts';

export interface RedisFeedOptions {
  /** After so many milliseconds of silence others may read what a reader has. */
  readonly takeOver?: number;
  readonly reconnect?: ConnectionOptions;
  readonly deadLetters?: DeadLetterBounds;
}

const usualTakeOver = 5000;
/**
 * In a cluster they are asked after a pause that grows while nothing comes. Waiting would need a connection for each
 * partition, for a command names keys of one slot, and one that waits holds up all behind it: 16 more per writer, each
 * of which had to follow its slot through failovers. Asking 16 partitions on three masters costs an idle writer 4 ms
 * of CPU a second (9 ms in all over one server, 13 here) and each master less than 1; what is delivered only once it is
 * stored waits up to a tenth of a second longer when a quiet partition begins, and not while messages come.
 */
const pauses = { least: 5, most: 100 };
/** At least so many are asked for where each partition is asked by itself. */
const leastShare = 64;

/**
 * A reader has some of the partitions, under a lease that it must renew. Reading and acknowledging look at the lease
 * in the same step, so a reader that was paused or cut off for too long can neither take nor confirm anything.
 */
export class RedisFeed implements Feed {
  readonly deadLetters: RedisDeadLetters;
  readonly #redis: RedisConnection;
  readonly #news: RedisNews;
  readonly #keys: Keys;
  readonly #reader = randomUUID();
  readonly #partitions: Partitions;
  /** What was given out and is not acknowledged, by partition. */
  readonly #held = new Map<number, Set<string>>();
  /** What was read and nobody has taken yet. */
  readonly #given: FeedEntry[] = [];
  #reading: Promise<void> | undefined;
  /** What Redis is being asked for. */
  #taking: Promise<FeedEntry[]> | undefined;
  #resting = false;
  #turn = 0;
  #pause = pauses.least;
  #closed = false;
  #started = false;
  #wake: () => void = () => {};

  /**
   * @param url - `redis://host:port/db?prefix=x&partitions=16`, or of a group or a cluster as the relay has it
   * @throws {StompwireError} `bad-configuration`
   */
  constructor(url: string, { takeOver = usualTakeOver, reconnect, deadLetters }: RedisFeedOptions = {}) {
    this.#redis = new RedisConnection(url, reconnect);
    this.#keys = new Keys(parseRedisAddress(url));
    this.#news = new RedisNews(new RedisConnection(url, reconnect), this.#keys);
    this.deadLetters = new RedisDeadLetters(this.#redis, this.#keys, deadLetters);
    const parts = { redis: this.#redis, keys: this.#keys, reader: this.#reader, takeOver };
    this.#partitions = new Partitions({ ...parts, changed: () => this.#wake() });
  }

  /** Why it cannot be read, or not all of it. */
  get away(): string | undefined {
    return this.#redis.away ?? this.#partitions.mine.find(({ fault }) => fault !== undefined)?.fault;
  }

  /** Breaking off leaves what is under way to the next call: nothing that Redis gives is dropped. */
  async read(limit: number, signal: AbortSignal): Promise<readonly FeedEntry[]> {
    if (signal.aborted) return [];
    if (this.#given.length === 0) {
      this.#reading ??= this.#read(limit).finally(() => {
        this.#reading = undefined;
      });
      await unlessAborted(this.#reading, signal);
    }
    return signal.aborted ? [] : this.#given.splice(0, limit);
  }

  async rest(): Promise<readonly FeedEntry[]> {
    this.#resting = true;
    this.#wake();
    await this.#taking?.catch(() => {});
    return this.#given.splice(0);
  }

  async acknowledge(entries: readonly FeedEntry[]): Promise<void> {
    const groups = new Map<number, FeedEntry[]>();
    for (const entry of entries) {
      const { partition } = splitId(entry.id);
      const group = groups.get(partition);
      if (group) group.push(entry);
      else groups.set(partition, [entry]);
    }
    await Promise.all([...groups].map(([number, group]) => this.#acknowledge(number, group)));
  }

  async lag(): Promise<{ entries: number; age: number }> {
    const feeds = Array.from({ length: this.#keys.partitions }, (_, number) => this.#keys.feed(number));
    const groups = this.#redis.spread ? feeds.map((feed) => [feed]) : [feeds];
    const lags = await Promise.all(
      groups.map(async (some) => lagOf(await this.#redis.script(lag, some, []))),
    );
    return {
      entries: lags.reduce((sum, { entries }) => sum + entries, 0),
      age: Math.max(...lags.map(({ age }) => age)),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#news.close();
    // what cannot be given back in time is others' when the lease is over
    const late = new Promise<void>((resolve) => setTimeout(resolve, longestWait).unref());
    const givenBack = this.#partitions.close().catch(() => {});
    if (this.#started && this.away === undefined) await Promise.race([givenBack, late]);
    this.#redis.close();
  }

  /** Ends as a crash would: what it has is others' when its lease is over. */
  async drop(): Promise<void> {
    this.#closed = true;
    this.#partitions.drop();
    this.#news.close();
    this.#redis.close();
    this.#wake();
  }

  async #read(limit: number): Promise<void> {
    if (!this.#started) await this.#start();
    while (!this.#closed) {
      await this.#partitions.giveBack((number) => this.#held.has(number));
      if (this.#resting) return;
      this.#taking = this.#take(limit);
      const entries = await this.#taking;
      this.#given.push(...entries);
      if (entries.length > 0) this.#pause = pauses.least;
      if (entries.length > 0) return;
      await this.#something();
    }
  }

  async #start(): Promise<void> {
    this.#started = true;
    try {
      await this.#partitions.look();
    } finally {
      this.#partitions.start();
    }
  }

  /** What the partitions of this reader have, each first in its turn. */
  async #take(limit: number): Promise<FeedEntry[]> {
    const mine = this.#partitions.mine;
    if (mine.length === 0) return [];
    this.#turn = (this.#turn + 1) % mine.length;
    const turned = [...mine.slice(this.#turn), ...mine.slice(0, this.#turn)];
    const replies = this.#redis.spread
      ? await this.#eachAlone(turned, Math.max(leastShare, Math.ceil(limit / turned.length)))
      : await this.#ask(turned, limit);
    return turned.flatMap((partition, at) => this.#entriesOf(partition, replies[at]!));
  }

  /** In one step, which only partitions of one server allow. */
  async #ask(some: readonly Partition[], limit: number): Promise<readonly Reply[]> {
    const names = some.flatMap(({ number }) => [
      this.#keys.feed(number),
      this.#keys.lease(number),
      this.#keys.redactions(number),
    ]);
    const from = some.map((partition) => partition.from);
    try {
      const args = [this.#reader, limit, historyGroup, ...from];
      const replies = (await this.#redis.script(read, names, args)) as readonly Reply[];
      if (replies.some((reply) => Array.isArray(reply) && reply.length > 0)) await this.#redis.replicated();
      return replies;
    } catch (error) {
      // what Redis gave may be lost on the way, or is to be lost by a promotion
      for (const partition of some) partition.from = fromStart;
      throw error;
    }
  }

  /** One server of a cluster that is away holds up its own partitions only. It fails when none gives anything. */
  async #eachAlone(some: readonly Partition[], limit: number): Promise<readonly Reply[]> {
    const answers = await Promise.allSettled(some.map((partition) => this.#ask([partition], limit)));
    const replies = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value[0]! : null));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined && !replies.some((reply) => Array.isArray(reply) && reply.length > 0))
      throw failed.reason;
    return replies;
  }

  #entriesOf(partition: Partition, reply: Reply): FeedEntry[] {
    partition.fault = Buffer.isBuffer(reply) ? reply.toString() : undefined;
    if (!Array.isArray(reply)) return [];
    const again = partition.from !== '>';
    const entries: FeedEntry[] = [];
    const held = this.#held.get(partition.number) ?? new Set();
    for (const [name, content] of reply as readonly [Buffer, Reply][]) {
      const id = name.toString();
      partition.last = id;
      if (again) partition.from = id;
      if (held.has(id)) continue;
      held.add(id);
      entries.push(entryOf(entryId(partition.number, id), content));
    }
    if (again && reply.length === 0) partition.from = '>';
    if (held.size > 0) this.#held.set(partition.number, held);
    return entries;
  }

  async #acknowledge(number: number, entries: readonly FeedEntry[]): Promise<void> {
    const ids = entries.map(({ id }) => splitId(id).id);
    const keys = this.#keys;
    const names = [keys.feed(number), keys.lease(number), keys.stored(number), keys.redactions(number)];
    const marks = [...marksOf(entries)].flatMap(([name, { epoch, seq }]) => [name, epoch, seq]);
    const args = [this.#reader, historyGroup, ids.length, ...ids, ...marks];
    const done = await this.#redis.script(acknowledge, names, args);
    if (done === 0) this.#partitions.lost(number);
    this.#forget(number, ids);
  }

  #forget(number: number, ids: readonly string[]): void {
    const held = this.#held.get(number);
    if (held === undefined) return;
    for (const id of ids) held.delete(id);
    if (held.size === 0) this.#held.delete(number);
  }

  /** News in a partition of this reader, a partition that came, or some time. */
  async #something(): Promise<void> {
    const mine = this.#partitions.mine;
    // what was given out before is gone through to its end first
    if (mine.some(({ from }) => from !== '>')) return;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const asks = this.#redis.spread && mine.length > 0;
    const pause = setTimeout(() => this.#wake(), asks ? this.#pause : longestWait).unref();
    if (asks) this.#pause = Math.min(pauses.most, this.#pause * 2);
    const news = asks || mine.length === 0 ? woken : this.#news.behind(mine);
    await Promise.race([woken, news]);
    clearTimeout(pause);
  }
}

/** What the script says of how much waits. */
function lagOf(reply: Reply): { entries: number; age: number } {
  const [now, ...figures] = reply as readonly (number | Buffer)[];
  let entries = 0;
  let oldest = Number(now);
  for (let at = 0; at < figures.length; at += 2) {
    entries += Number(figures[at]);
    const [time] = String(figures[at + 1]).split('-');
    if (time !== '') oldest = Math.min(oldest, Number(time));
  }
  return { entries, age: Math.max(0, Number(now) - oldest) };
}

/** Done when the work or the signal is; a failure that nobody waits for is told by the next who does. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => {});
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The highest position of each destination. */
function marksOf(entries: readonly FeedEntry[]): Map<string, Position> {
  const marks = new Map<string, Position>();
  for (const { record, trouble } of entries) {
    const place = record ?? trouble?.place;
    if (place === undefined) continue;
    const mark = marks.get(place.destination);
    if (mark === undefined || comparePositions(mark, place) < 0) marks.set(place.destination, place);
  }
  return marks;
}
