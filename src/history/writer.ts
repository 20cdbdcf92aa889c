// Writes what a feed brings to the store: in batches, again when the store fails, and never held up by one record.
import { StompwireError } from '../errors.ts';
import { comparePositions, type Position } from '../message/position.ts';
import type { LogRecord } from '../message/record.ts';
import { type Counter, type Metrics, noMetrics } from '../metrics/metrics.ts';
import type { Feed, FeedEntry, StoredThrough } from './feed.ts';
import { Retrying, type RetryOptions } from './retrying.ts';
import type { HistoryStore, Refusal } from './store.ts';

/** What a writer needs of a log. */
export interface WriterLog {
  warn(details: object, text: string): void;
  error(details: object, text: string): void;
}

/** What a writer is made of. Times in milliseconds. */
export interface WriterParts {
  readonly feed: Feed;
  readonly store: Pick<HistoryStore, 'append'>;
  /** Hears how far the history reaches, after each batch. */
  readonly onStored?: StoredThrough;
  readonly batch?: BatchOptions;
  readonly retry?: RetryOptions;
  readonly metrics?: Metrics;
  readonly log?: WriterLog;
  /** How often the lag is looked at. */
  readonly lagEvery?: number;
  readonly now?: () => number;
}

export interface BatchOptions {
  /** At most so many records are written at a time. */
  readonly count?: number;
  /** How long a batch that is not full waits for more; 0: not at all. */
  readonly age?: number;
}

/** How a writer does; the reason is for the operator. */
export type WriterState =
  | { readonly running: true }
  | { readonly running: false; readonly since: number; readonly reason: string };

const usualCount = 1000;
const usualLagEvery = 1000;
/** Whoever reads with it takes what is there, and waits for nothing. */
const atOnce = AbortSignal.abort();
/** An error that does not say that trying again can help may be one record's: after so many it is looked for. */
const patience = 5;

/**
 * One batch is written while the next is read. What was read is acknowledged only after the store has it, or the
 * dead letters and a tombstone in its place; so a writer can be killed at any instant, and two can run at once.
 */
export class HistoryWriter {
  readonly #parts: WriterParts;
  readonly #count: number;
  readonly #age: number;
  readonly #retrying: Retrying;
  readonly #written: Counter;
  readonly #batches: Counter;
  readonly #dropped: Counter;
  /** Ends reading. */
  readonly #ending = new AbortController();
  /** Gives up what is not done. */
  readonly #giveUp = new AbortController();
  #work: Promise<void> | undefined;
  #lagTimer: NodeJS.Timeout | undefined;
  #lag = { entries: 0, age: 0 };
  #letters = 0;

  constructor(parts: WriterParts) {
    const { metrics = noMetrics, batch = {}, now = Date.now } = parts;
    this.#parts = parts;
    this.#count = batch.count ?? usualCount;
    this.#age = batch.age ?? 0;
    const retries = metrics.counter('history_retries', 'Attempts to reach the feed or the store that failed');
    this.#written = metrics.counter('history_written', 'Records that the store confirmed');
    this.#batches = metrics.counter('history_batches', 'Batches that the store confirmed');
    this.#dropped = metrics.counter(
      'history_dead_letters_dropped',
      'Dead letters that gave way to newer ones, and are lost',
    );
    this.#retrying = new Retrying(parts.retry ?? {}, this.#giveUp.signal, now, (reason, attempt) => {
      retries.add();
      if (attempt === 1) parts.log?.warn({ reason }, 'the history cannot be written; trying again');
    });
    metrics.gauge('history_lag_entries', 'Records that wait to be stored', () => this.#lag.entries);
    metrics.gauge('history_lag_seconds', 'How long the oldest of them waits', () => this.#lag.age / 1000);
    metrics.gauge('history_dead_letters', 'Entries that the store cannot keep', () => this.#letters);
  }

  /** Whether it gets on; retrying since when, and why. */
  get state(): WriterState {
    return this.#retrying.state;
  }

  start(): void {
    if (this.#work !== undefined) return;
    const every = this.#parts.lagEvery ?? usualLagEvery;
    this.#lagTimer = setInterval(() => this.#look(), every).unref();
    this.#look();
    this.#work = this.#run();
  }

  /**
   * Reads no more, and finishes what it has; with `all`, first what waits in the feed too.
   *
   * @param within - after so many milliseconds the rest is given up; it stays in the feed
   * @returns whether all was done
   */
  async stop({ within, all = false }: { readonly within: number; readonly all?: boolean }): Promise<boolean> {
    clearInterval(this.#lagTimer);
    this.#ending.abort();
    const late = new Promise<false>((resolve) => {
      this.#giveUp.signal.addEventListener('abort', () => resolve(false));
    });
    const timer = setTimeout(() => this.#giveUp.abort(), within);
    const done = await Promise.race([this.#finish(all), late]);
    clearTimeout(timer);
    return done;
  }

  /** @returns whether nothing was given up */
  async #finish(all: boolean): Promise<boolean> {
    await this.#work;
    const left = await this.#parts.feed.rest();
    if (left.length > 0) await this.#write(left);
    if (all && this.#work !== undefined) await this.#drain();
    return !this.#giveUp.signal.aborted;
  }

  async #run(): Promise<void> {
    let next = this.#batch();
    for (;;) {
      const entries = await this.#filled(await next);
      const ending = this.#ending.signal.aborted;
      if (!ending) next = this.#batch();
      if (entries.length > 0) await this.#write(entries);
      if (ending || this.#giveUp.signal.aborted) return;
    }
  }

  /** What came while the batch before was written goes along: in one commit more than one message. */
  async #filled(entries: readonly FeedEntry[]): Promise<readonly FeedEntry[]> {
    const room = this.#count - entries.length;
    if (entries.length === 0 || room <= 0 || this.#ending.signal.aborted) return entries;
    return entries.concat(await this.#read(room, atOnce));
  }

  /** A feed that gives nothing to who will not wait is one whose rest another process reads. */
  async #drain(): Promise<void> {
    while (!this.#giveUp.signal.aborted) {
      const entries = await this.#read(this.#count, this.#ending.signal);
      if (entries.length === 0) return;
      await this.#write(entries);
    }
  }

  /** What there is, and what comes within the age of a batch. */
  async #batch(): Promise<readonly FeedEntry[]> {
    const entries = await this.#read(this.#count, this.#ending.signal);
    if (this.#age === 0 || entries.length === 0) return entries;
    const whole = [...entries];
    const late = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(this.#age)]);
    while (whole.length < this.#count && !late.aborted)
      whole.push(...(await this.#read(this.#count - whole.length, late)));
    return whole;
  }

  async #read(limit: number, signal: AbortSignal): Promise<readonly FeedEntry[]> {
    const entries = await this.#retrying.until(
      () => this.#parts.feed.read(limit, signal),
      this.#ending.signal,
    );
    return entries ?? [];
  }

  async #write(entries: readonly FeedEntry[]): Promise<void> {
    for (const entry of entries) if (entry.record === undefined) await this.#setAside(entry);
    const records = entries.map(recordOf).filter((record) => record !== undefined);
    const refusals = await this.#append(records);
    if (refusals === undefined) return;
    await this.#bury(entries, refusals);
    if (this.#giveUp.signal.aborted) return;
    this.#written.add(records.length - refusals.length);
    this.#batches.add();
    const done = await this.#retrying.until(async () => {
      await this.#parts.feed.acknowledge(entries);
      return true;
    });
    if (done) this.#tell(records);
  }

  /** @returns what is refused for ever; `undefined`: it was given up */
  async #append(records: readonly LogRecord[]): Promise<readonly Refusal[] | undefined> {
    if (records.length === 0) return [];
    const { store } = this.#parts;
    return this.#retrying.until((attempt) =>
      attempt > patience ? appendApart(store, records) : store.append(records),
    );
  }

  /** What is refused goes to the dead letters, and a tombstone to its place: positions stay without a hole. */
  async #bury(entries: readonly FeedEntry[], refusals: readonly Refusal[]): Promise<void> {
    if (refusals.length === 0) return;
    const byRecord = new Map(entries.map((entry) => [entry.record, entry]));
    for (const { record, reason } of refusals) {
      const entry = byRecord.get(record);
      if (entry !== undefined) await this.#setAside(entry, reason);
    }
    const again = await this.#append(refusals.map(({ record }) => tombstoneOf(record)));
    for (const { record, reason } of again ?? [])
      this.#parts.log?.error({ ...placeOf(record), reason }, 'not even a tombstone can be stored');
  }

  async #setAside(entry: FeedEntry, reason = entry.trouble?.reason ?? 'there is no record'): Promise<void> {
    const { feed, log } = this.#parts;
    const place = entry.record ? placeOf(entry.record) : entry.trouble?.place;
    log?.error({ entry: entry.id, ...place, reason }, 'a message cannot be stored: it is a dead letter');
    const dropped = (await this.#retrying.until(() => feed.deadLetters.add(entry, reason))) ?? 0;
    this.#letters += 1 - dropped;
    if (dropped === 0) return;
    this.#dropped.add(dropped);
    log?.error(
      { dropped },
      'there are more dead letters than may be kept: the oldest are lost; retry them sooner',
    );
  }

  /** The highest position of each destination, once. */
  #tell(records: readonly LogRecord[]): void {
    const { onStored } = this.#parts;
    if (onStored === undefined) return;
    const marks = new Map<string, Position>();
    for (const { destination, epoch, seq } of records) {
      const mark = marks.get(destination);
      if (mark === undefined || comparePositions(mark, { epoch, seq }) < 0)
        marks.set(destination, { epoch, seq });
    }
    for (const [destination, mark] of marks) onStored(destination, mark);
  }

  /** Nothing waits for this; when the feed is away the last figures stand. */
  #look(): void {
    const { feed } = this.#parts;
    Promise.all([feed.lag(), feed.deadLetters.count()]).then(
      ([lag, letters]) => {
        this.#lag = lag;
        this.#letters = letters;
      },
      () => {},
    );
  }
}

/** One by one: who fails alone is poison; when all fail it is the store. */
async function appendApart(
  store: Pick<HistoryStore, 'append'>,
  records: readonly LogRecord[],
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  let failures = 0;
  for (const record of records) {
    try {
      refusals.push(...(await store.append([record])));
    } catch (error) {
      if (error instanceof StompwireError && error.rule.retryable) throw error;
      if (++failures === records.length) throw error;
      refusals.push({ record, reason: String(error) });
    }
  }
  return refusals;
}

/** What the store is given for an entry. */
function recordOf({ record, trouble }: FeedEntry): LogRecord | undefined {
  if (record !== undefined || trouble?.place === undefined) return record;
  return tombstoneOf(trouble.place);
}

function tombstoneOf(of: Position & { readonly destination: string; readonly time?: number }): LogRecord {
  const { destination, epoch, seq, time = Date.now() } = of;
  const empty = { sender: undefined, contentType: undefined, headers: [], body: Buffer.alloc(0) };
  return { destination, epoch, seq, time, ...empty, key: undefined, tombstone: 'poisoned' };
}

const placeOf = ({ destination, epoch, seq }: LogRecord): object => ({ destination, epoch, seq });
