// Puts together what the logs of a server stand on: policies, store, writer, and the relay that keeps the logs.
import { isShared, openFeed, openQueues, openRelay, openSharedRelay, openStore } from './backends.ts';
import { patternSeparator } from './config/compat.ts';
import { type Config, ConfigError } from './config/config.ts';
import { parsePolicy } from './config/logged.ts';
import { isDurable } from './config/logged-checks.ts';
import { FreshBeginnings } from './history/beginnings.ts';
import { HistoryReader } from './history/reader.ts';
import { Recording } from './history/recording.ts';
import { Replay, type ReplayParts } from './history/replay.ts';
import type { HistoryStore } from './history/store.ts';
import type { WriterLog } from './history/writer.ts';
import { isUnder } from './message/destination.ts';
import { Policies } from './message/policies.ts';
import { comparePositions, type Position } from './message/position.ts';
import type { Metrics } from './metrics/metrics.ts';
import { measureQueues, queueParts } from './queue-setup.ts';
import type { LocalLog } from './relay/log.ts';
import type { Relay } from './relay/relay.ts';

/** What of a server it needs. */
export interface HistoryParts {
  /** Names this node among those of the service. */
  readonly node: string;
  readonly config: Config;
  readonly policies: Policies;
  readonly metrics: Metrics;
  readonly log: WriterLog;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Milliseconds of a clock that only goes on: ages and windows. */
  readonly monotonic: () => number;
}

/** The queues of this process. */
type OwnQueues = Awaited<ReturnType<typeof openQueues>>;

/** The policies that the options give; a program adds its own behind them. */
export function policiesOf(config: Config): Policies {
  const { logged } = config;
  const policies = new Policies(patternSeparator(config));
  for (const text of logged) policies.add(parsePolicy(text));
  return policies;
}

/** The logs of a server and the history behind them; nothing at all where everything is plain. */
export class HistoryService {
  readonly relay: Relay;
  readonly store: HistoryStore | undefined;
  /** Reads what was said. */
  readonly reader: HistoryReader;
  readonly #recording: Recording | undefined;
  #replay: Replay | undefined;

  private constructor(policies: Policies, relay: Relay, store?: HistoryStore, recording?: Recording) {
    this.relay = relay;
    this.store = store;
    const policyOf = (destination: string) => policies.of(destination);
    this.reader = new HistoryReader({ log: relay.log, store, policyOf });
    this.#recording = recording;
  }

  /** Opens the store and makes the relay, which is not started. On failure nothing is left open. */
  static async open(parts: HistoryParts): Promise<HistoryService> {
    const { broker, data } = parts.config;
    if (isShared(broker)) return HistoryService.#joined(parts);
    const queues = await openQueues(queueParts(parts), data);
    measureQueues(queues, parts.metrics);
    try {
      return await HistoryService.#alone(parts, queues);
    } catch (error) {
      await queues.close?.();
      throw error;
    }
  }

  /** All of the service is in this process. */
  static async #alone(parts: HistoryParts, queues: OwnQueues): Promise<HistoryService> {
    const { config, policies } = parts;
    if (policies.empty) return new HistoryService(policies, await openRelay(config.broker, queues));
    assertPromises(policies, config);
    const store = await storeOf(config, parts.log);
    if (store === undefined)
      return new HistoryService(policies, await openRelay(config.broker, queues, logParts(parts)));
    const recording = new Recording(await recordingParts(parts, store));
    try {
      await recording.open();
      const relay = await openRelay(config.broker, queues, logParts(parts, recording, store));
      await recording.start(relay.log as LocalLog); // a relay that is given a recorder has its logs here
      return new HistoryService(policies, relay, store, recording);
    } catch (error) {
      await recording.end(0).catch(() => {}); // the first failure is told
      throw error;
    }
  }

  /** One node of many: the logs are with the shared broker, and a writer of its own stores what they take. */
  static async #joined(parts: HistoryParts): Promise<HistoryService> {
    const { config, policies, metrics, log } = parts;
    assertPromises(policies, config);
    const store = policies.empty ? undefined : await storeOf(config, log);
    const relay = await openSharedRelay(config.broker, {
      node: parts.node,
      userTimeout: config.userTimeout,
      claimWindow: config.idempotencyWindow,
      policies,
      separator: patternSeparator(config),
      history: store !== undefined,
      queues: queueParts(parts),
      metrics,
      troubled: (what) => log.warn({ what }, 'the broker is in trouble'),
    });
    await store?.open();
    if (relay.queues !== undefined) measureQueues(relay.queues, metrics);
    return new HistoryService(policies, relay, store);
  }

  /** What sessions read that resume; nothing where nothing is logged. */
  replay(parts: Pick<ReplayParts, 'outbound' | 'failed' | 'metrics'>): Replay | undefined {
    const { log } = this.relay;
    if (log === undefined) return undefined;
    this.#replay = new Replay({ ...parts, log, store: this.store });
    log.onRedacted?.((redacted) => this.#replay?.forget(redacted));
    return this.#replay;
  }

  /**
   * Takes the body and the headers of a message away, wherever they are kept: in its place a tombstone stays.
   *
   * @returns whether the message was there
   * @throws {StompwireError} `relay-unavailable`, `history-unavailable`, `queues-unavailable`: try again
   */
  async redact(destination: string, position: Position): Promise<boolean> {
    const { log, queues } = this.relay;
    if (log === undefined) return false;
    // what waits in queues does so since it was logged, and need not wait for the history
    const [wasLogged, wasQueued = false] = await Promise.all([
      log.redact(destination, position),
      queues?.bindings?.redact(destination, position),
    ]);
    const wasStored = (await this.store?.upkeep.redact(destination, position)) ?? false;
    const isGone = wasLogged || wasQueued || wasStored;
    await this.#outdate(destination, isGone ? position : undefined);
    return isGone;
  }

  /**
   * Takes messages of a destination away, wherever they are kept, as if they were too old.
   *
   * @param through - the last one that goes; default: the newest
   * @throws {StompwireError} `relay-unavailable`, `history-unavailable`, `queues-unavailable`: try again
   */
  async clear(destination: string, through?: Position): Promise<void> {
    const { log, queues } = this.relay;
    if (log === undefined) return;
    const { top } = await log.reach(destination);
    const last = through !== undefined && comparePositions(through, top) < 0 ? through : top;
    await Promise.all([log.clear(destination, last), queues?.bindings?.clear(destination, last)]);
    await this.store?.upkeep.deleteThrough(destination, last);
    await this.#outdate(destination);
  }

  /** What was read of it here, and on other nodes, counts no more. */
  async #outdate(destination: string, position?: Position): Promise<void> {
    this.#replay?.forget(position && { destination, position });
    await this.relay.log?.tellRedacted?.(destination, position);
  }

  /**
   * Why messages cannot be published or stored at the moment, or `undefined` when they can.
   *
   * With a broker that nodes share, the database is none of it. What is said is safe in Redis until the writer has it
   * stored; the writer's own readiness tells of that, and `history-full` when Redis can take no more. All nodes have the
   * same database: were they not ready without it, a balancer would send everybody away from all of them at once,
   * and a chat that still works would be down for want of its older pages.
   */
  get trouble(): string | undefined {
    return this.#recording?.trouble ?? this.relay.state;
  }

  /** Writes what waits, within so many milliseconds, and closes the store. Twice is harmless. */
  async end(within: number): Promise<void> {
    if (this.#recording === undefined) await this.store?.close();
    else await this.#recording.end(within);
  }
}

/** A program's policies are held to what the options' are held to. */
function assertPromises(policies: Policies, config: Config): void {
  const problems: string[] = [];
  for (const { pattern, receipt, deliver } of policies) {
    if (!config.brokerPrefixes.some((prefix) => isUnder(pattern, prefix)))
      problems.push(`policies: "${pattern}" lies under no prefix that can be logged`);
    if (deliver === 'stored' && config.history === 'off')
      problems.push(`policies: deliver "stored" of "${pattern}" needs a history; leave history "off" out`);
    if (
      (receipt === 'stored' || (receipt === 'replicated' && !isShared(config.broker))) &&
      !isDurable(config)
    )
      problems.push(
        `policies: receipt "${receipt}" of "${pattern}" needs a history on disk; give data a folder`,
      );
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

async function storeOf(
  { history, data, historyRetention: retention }: Config,
  log: WriterLog,
): Promise<HistoryStore | undefined> {
  const died = (err: Error): void => log.error({ err }, 'a thread of the history ended; it is started again');
  return history === 'off' ? undefined : openStore(history, data, { retention, died });
}

async function recordingParts(parts: HistoryParts, store: HistoryStore) {
  const { historyBatch, historyBatchTime, historyBacklog, historyRetention, idempotencyKeys, data } =
    parts.config;
  const letters = { letters: parts.config.deadLetters, bytes: parts.config.deadLetterBytes };
  return {
    ...parts,
    store,
    feed: await openFeed(data, { maxBytes: historyBacklog, now: parts.clock, letters }),
    batch: { count: historyBatch, age: historyBatchTime },
    keys: idempotencyKeys,
    retention: historyRetention,
  };
}

function logParts(
  { config, policies, metrics, clock, monotonic }: HistoryParts,
  recording?: Recording,
  store?: HistoryStore,
) {
  return {
    policies,
    beginnings: recording?.beginnings ?? new FreshBeginnings(clock),
    recorder: recording,
    durable: store?.durable ?? false,
    maxBytes: config.hotLogBytes,
    maxKeys: config.idempotencyKeys,
    metrics,
    clock,
    monotonic,
  };
}
