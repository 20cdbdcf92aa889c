// The separate writer of the history: from the feed behind a shared broker to the store that all nodes read.
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { assertWriterBackEnds, openSharedFeed, openStore } from './backends.ts';
import type { Config } from './config/config.ts';
import { opsAddress } from './config/host-port.ts';
import { StompwireError } from './errors.ts';
import type { Feed } from './history/feed.ts';
import { Retrying } from './history/retrying.ts';
import type { HistoryStore } from './history/store.ts';
import { HistoryWriter } from './history/writer.ts';
import { closeHttp } from './http/http.ts';
import { startOps } from './http/ops.ts';
import { PrometheusMetrics } from './metrics/prometheus.ts';

/** Runs a writer with health and metrics of its own. A database that is away is waited for, at the start too. */
export class WriterProcess {
  readonly #config: Config;
  readonly #metrics = new PrometheusMetrics();
  readonly #ending = new AbortController();
  #feed: Feed | undefined;
  #store: HistoryStore | undefined;
  #writer: HistoryWriter | undefined;
  #opening: Retrying | undefined;
  #ops: { readonly http: FastifyInstance; readonly address: string } | undefined;

  /** @throws {ConfigError} when the addresses do not make a separate writer */
  constructor(config: Config) {
    assertWriterBackEnds(config);
    this.#config = config;
  }

  /** Where health and metrics are told, when `ops` says so; known after `start()`. */
  get address(): string | undefined {
    return this.#ops?.address;
  }

  /** Opens health and metrics, and makes what the addresses name. */
  async start(): Promise<void> {
    const { broker, history, data, historyRetention, deadLetters, deadLetterBytes, ops } = this.#config;
    this.#feed = await openSharedFeed(broker, { letters: deadLetters, bytes: deadLetterBytes });
    this.#store = await openStore(history, data, { retention: historyRetention });
    const address = opsAddress(ops);
    const health = { notReady: () => this.#notReady() };
    if (address !== undefined) this.#ops = await startOps(address, health, this.#metrics);
  }

  /** Writes until it is drained. Rejects when the store can never be opened. */
  async run(): Promise<void> {
    const { historyBatch, historyBatchTime, logLevel } = this.#config;
    const log = pino({ level: logLevel, base: null }, pino.destination(2));
    const feed = this.#feed!;
    const store = this.#store!;
    this.#opening = new Retrying({}, this.#ending.signal, Date.now, (reason, attempt) => {
      if (attempt === 1) log.warn({ reason }, 'the history cannot be opened; trying again');
    });
    const outcome = await this.#opening.until(() => opened(store));
    if (outcome !== undefined && 'failure' in outcome) throw outcome.failure;
    if (outcome === undefined || this.#ending.signal.aborted) return;
    const batch = { count: historyBatch, age: historyBatchTime };
    this.#writer = new HistoryWriter({ feed, store, batch, log, metrics: this.#metrics });
    this.#writer.start();
    await new Promise((resolve) => this.#ending.signal.addEventListener('abort', resolve));
  }

  /** Reads no more, and writes what was read; what is not done within `drainTimeout` stays in the feed. */
  async drain(): Promise<void> {
    this.#ending.abort();
    await this.#writer?.stop({ within: this.#config.drainTimeout });
  }

  /** Twice is harmless. */
  async close(): Promise<void> {
    this.#ending.abort();
    if (this.#ops) await closeHttp(this.#ops.http, 1000);
    this.#ops = undefined;
    await this.#feed?.close();
    await this.#store?.close();
  }

  #notReady(): string | undefined {
    if (this.#ending.signal.aborted) return 'it is shutting down';
    if (this.#feed?.away !== undefined) return `the feed cannot be reached: ${this.#feed.away}`;
    const state = (this.#writer ?? this.#opening)?.state;
    if (state !== undefined && !state.running) return `the history cannot be written: ${state.reason}`;
    return this.#writer === undefined ? 'the history is not open yet' : undefined;
  }
}

/** @returns nothing, or what trying again does not mend */
async function opened(store: HistoryStore): Promise<{ readonly failure?: unknown }> {
  try {
    await store.open();
    return {};
  } catch (error) {
    if (error instanceof StompwireError && error.rule.retryable) throw error;
    return { failure: error };
  }
}
