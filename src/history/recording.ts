// The history of a single node at work: what its logs append is written to a store, in this process.
import { StompwireError } from '../errors.ts';
import type { Policies } from '../message/policies.ts';
import type { LogRecord } from '../message/record.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LocalLog, Recorder } from '../relay/log.ts';
import { StoredBeginnings } from './beginnings.ts';
import type { Feed } from './feed.ts';
import type { HistoryStore, Refusal } from './store.ts';
import { HistoryWriter, type WriterLog } from './writer.ts';

/** What a recording stands on. Times in milliseconds. */
export interface RecordingParts {
  readonly store: HistoryStore;
  readonly policies: Policies;
  readonly metrics: Metrics;
  readonly log: WriterLog;
  /** Milliseconds since the epoch of Unix; it may jump. */
  readonly clock: () => number;
  /** Milliseconds of a clock that only goes on. */
  readonly monotonic: () => number;
  /** What stands between the logs and the writer: bounded, in this process. */
  readonly feed: Feed & Recorder;
  readonly batch: { readonly count: number; readonly age: number };
  /** How many idempotency keys of earlier runs are taken over. */
  readonly keys: number;
  /** After how long records are taken out of the store; 0: never. */
  readonly retention: number;
}

/** How often what is too old is taken out, at most. */
const retainEvery = 3_600_000;

/** Takes records from the logs of this process, and brings them to a store. */
export class Recording implements Recorder {
  readonly beginnings: StoredBeginnings;
  readonly #parts: RecordingParts;
  readonly #writer: HistoryWriter;
  #heard: LocalLog | undefined;
  #opened = false;
  #ended = false;
  /** Whether the store's disk was full when something was last written. */
  #full = false;
  #retaining: NodeJS.Timeout | undefined;
  /** What both clocks said when it began. */
  readonly #begun: { readonly calendar: number; readonly passed: number };

  constructor(parts: RecordingParts) {
    const { store, feed, clock, metrics, log, batch } = parts;
    this.#parts = parts;
    this.#begun = { calendar: clock(), passed: parts.monotonic() };
    this.beginnings = new StoredBeginnings(store);
    this.#writer = new HistoryWriter({
      feed,
      store: { append: (records) => this.#append(records) },
      onStored: (destination, position) => this.#heard?.storedThrough(destination, position),
      batch,
      metrics,
      log,
      now: clock,
    });
  }

  /** Opens the store and begins a run. @throws {StompwireError} `history-damaged`, `history-unavailable` */
  async open(): Promise<void> {
    await this.#parts.store.open();
    this.#opened = true;
    await this.beginnings.open();
  }

  /** Begins to write, once the logs know the keys of earlier runs. */
  async start(heard: LocalLog): Promise<void> {
    this.#heard = heard;
    const { store, policies, clock, keys, retention } = this.#parts;
    const window = Math.max(...Array.from(policies, (policy) => policy.window));
    const known = await store.upkeep.keys(clock() - window, keys);
    for (const { destination, key, position, time } of known.toReversed())
      heard.remember(destination, key, position, time);
    this.#writer.start();
    if (retention === 0) return;
    this.#retain();
    this.#retaining = setInterval(() => this.#retain(), Math.min(retainEvery, retention)).unref();
  }

  /** While the disk is full nothing more is taken: what waits already is written when there is room. */
  record(record: LogRecord): void {
    if (this.#ended) throw new StompwireError('relay-unavailable', 'the server is shutting down');
    if (this.#full) throw new StompwireError('history-full', 'the disk of the history is full');
    this.#parts.feed.record(record);
  }

  /** Why messages cannot be stored at the moment, for the operator. */
  get trouble(): string | undefined {
    const { state } = this.#writer;
    const reason = state.running ? this.#parts.store.trouble : state.reason;
    return reason === undefined ? undefined : `history: ${reason}`;
  }

  /**
   * Writes what waits, and takes nothing more. Only when all was written the next run may go on in this epoch.
   *
   * @param within - milliseconds
   */
  async end(within: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#retaining);
    const all = await this.#writer.stop({ within, all: true });
    if (!this.#opened) return;
    const { store, feed, log } = this.#parts;
    try {
      if (all) await store.upkeep.end();
      else log.error({}, 'not all that was logged could be stored: the next run counts in a new epoch');
    } finally {
      await feed.close();
      await store.close();
    }
  }

  async #append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    try {
      const refusals = await this.#parts.store.append(records);
      this.#full = false;
      return refusals;
    } catch (error) {
      this.#full = error instanceof StompwireError && error.code === 'history-full';
      throw error;
    }
  }

  /** What fails is tried again the next time. */
  #retain(): void {
    const { store, retention, log } = this.#parts;
    store.upkeep.deleteBefore(this.#noLater() - retention).then(
      () => {},
      (err: unknown) => log.warn({ err }, 'old messages could not be taken out of the history'),
    );
  }

  /** The time, as far as it has passed since the start: a calendar that jumps ahead ages nothing. */
  #noLater(): number {
    const { clock, monotonic } = this.#parts;
    return Math.min(clock(), this.#begun.calendar + monotonic() - this.#begun.passed);
  }
}
