// The only file that knows every implementation of a back end: an address's scheme chooses, and is imported then.
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config/config.ts';
import type { Config } from './config/schema.ts';
import { type DeadLetterBounds, type DeadLetters, type Feed, usualDeadLetters } from './history/feed.ts';
import type { HistoryStore } from './history/store.ts';
import type { Recorder } from './relay/log.ts';
import type { LocalQueues } from './relay/memory.ts';
import type { MemoryLogParts } from './relay/memory-log.ts';
import type { MemoryQueuesParts } from './relay/memory-queues.ts';
import type { RedisRelayParts } from './relay/redis.ts';
import type { Relay } from './relay/relay.ts';

type MakeRelay = (logs: MemoryLogParts | undefined, queues: LocalQueues | undefined) => Promise<Relay>;

const relays: Record<string, MakeRelay> = {
  memory: async (logs, queues) => new (await import('./relay/memory.ts')).MemoryRelay(logs, queues),
};

/** Schemes that are known and come with a later version. */
const comingRelays = ['stomp', 'kafka'];
const comingHistories = ['mysql'];

/**
 * Checks the addresses of all back ends, before anything is opened.
 *
 * @throws {ConfigError} that names the key, the value and what is allowed
 */
export function assertBackEnds({ broker, history }: Pick<Config, 'broker' | 'history'>): void {
  const problems = [
    Object.hasOwn(relays, schemeOf(broker)) || isShared(broker)
      ? undefined
      : refusal('broker', broker, comingRelays, [...Object.keys(relays), ...Object.keys(sharedRelays)]),
    history === 'off' || Object.hasOwn(stores, schemeOf(history))
      ? unshared(broker, history)
      : refusal('history', history, comingHistories, [...Object.keys(stores), 'off']),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * Makes the relay that an address names.
 *
 * @param queues - its queues; without them, it keeps none
 * @param logs - what its logs stand on; without it, it keeps none
 */
export async function openRelay(
  address: string,
  queues?: LocalQueues,
  logs?: MemoryLogParts,
): Promise<Relay> {
  return relays[schemeOf(address)]!(logs, queues);
}

/**
 * Makes the queues of this process.
 *
 * @param data - the folder where persistent messages are kept, or `memory`
 * @throws {StompwireError} `queues-unavailable`: another service has the folder; `queues-damaged`
 */
export async function openQueues(parts: MemoryQueuesParts, data: string): Promise<LocalQueues> {
  const { MemoryQueues } = await import('./relay/memory-queues.ts');
  if (data === 'memory') return new MemoryQueues(parts);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const { SqliteJournal } = await import('./relay/journal/sqlite-journal.ts');
  const queues = new MemoryQueues({ ...parts, journal: new SqliteJournal(join(data, 'queues.sqlite')) });
  try {
    await queues.open();
    return queues;
  } catch (error) {
    await queues.close();
    throw error;
  }
}

const relayOverRedis = async (address: string, parts: RedisRelayParts): Promise<Relay> =>
  new (await optional('ioredis', import('./relay/redis.ts'))).RedisRelay(address, parts);

/** The relays that join several nodes: logs and feed are behind them, a separate writer stores. */
const sharedRelays: Record<string, typeof relayOverRedis> = {
  redis: relayOverRedis,
  rediss: relayOverRedis,
  'redis+sentinel': relayOverRedis,
  'rediss+sentinel': relayOverRedis,
  'redis+cluster': relayOverRedis,
  'rediss+cluster': relayOverRedis,
};

/** Whether an address names a broker that joins several nodes. */
export function isShared(broker: string): boolean {
  return Object.hasOwn(sharedRelays, schemeOf(broker));
}

/**
 * Makes the relay of a shared broker.
 *
 * @throws {StompwireError} `bad-configuration`: the address is none
 * @throws {ConfigError} a package is not installed
 */
export function openSharedRelay(address: string, parts: RedisRelayParts): Promise<Relay> {
  return sharedRelays[schemeOf(address)]!(address, parts);
}

function schemeOf(address: string): string {
  return /^([a-z][a-z0-9+.-]*)(?::|$)/i.exec(address)?.[1]?.toLowerCase() ?? address;
}

/** Only the scheme is shown: the rest of an address may hold a password. */
function refusal(
  key: string,
  address: string,
  coming: readonly string[],
  allowed: readonly string[],
): string {
  const scheme = schemeOf(address);
  const why = coming.includes(scheme) ? 'is not part of this version' : 'is not known';
  return `${key}: the back end "${scheme}" ${why}; allowed: ${allowed.join(', ')}`;
}

/**
 * Makes the feed between the logs of this process and its writer.
 *
 * @param data - the folder where dead letters are kept, or `memory`
 */
export async function openFeed(
  data: string,
  options: { readonly maxBytes: number; readonly now: () => number; readonly letters: DeadLetterBounds },
): Promise<Feed & Recorder> {
  const { MemoryFeed } = await import('./history/feeds/memory.ts');
  const { letters, ...rest } = options;
  const bounds = { ...rest, maxEntries: Number.POSITIVE_INFINITY };
  if (data === 'memory') return new MemoryFeed(bounds);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const { FileDeadLetters } = await import('./history/feeds/file-dead-letters.ts');
  const path = join(data, 'dead-letters.ndjson');
  return new MemoryFeed({ ...bounds, deadLetters: new FileDeadLetters(path, letters) });
}

/** Histories of this process: with several nodes, each would lack what the others took. */
const unsharedStores = ['embedded', 'memory'];

function unshared(broker: string, history: string): string | undefined {
  const relay = schemeOf(broker);
  if (relay === 'memory' || !unsharedStores.includes(history)) return undefined;
  return `history: "${history}" is seen by one process only, and the broker "${relay}" joins several; give the address of a store, or off`;
}

/** What a history is told beside its address. */
export interface StoreOptions {
  /**
   * For how many milliseconds messages are kept, where the store sees to it by itself; 0: for good. When nothing
   * is said, it stays as it was.
   */
  readonly retention?: number;
  /** Whether it must be there already: a store that is a file is made otherwise. */
  readonly existing?: boolean;
  /** Hears that a thread of the store has died; it is started again. */
  readonly died?: (why: Error) => void;
}

type MakeStore = (address: string, data: string, options: StoreOptions) => Promise<HistoryStore>;

const inMemory = async (): Promise<HistoryStore> =>
  new (await import('./history/stores/memory.ts')).MemoryStore();

const overMongoDb: MakeStore = async (address, _, options) => {
  const { MongoDbStore } = await optional('mongodb', import('./history/stores/mongodb.ts'));
  return new MongoDbStore(address, options);
};

/** Whoever reads a history that is not there has mistyped its folder, and shall not find an empty one. */
async function assertThere(file: string): Promise<void> {
  await access(file).catch(() => {
    throw new ConfigError([`data: there is no history ${file}; give the data folder of a service`]);
  });
}

const stores: Record<string, MakeStore> = {
  embedded: async (_, data, { died, existing = false }) => {
    if (data === 'memory') return inMemory();
    const file = join(data, 'history.sqlite');
    if (existing) await assertThere(file);
    else await mkdir(data, { recursive: true, mode: 0o700 });
    const { SqliteStore } = await import('./history/stores/sqlite.ts');
    return new SqliteStore({ file, died });
  },
  memory: inMemory,
  mongodb: overMongoDb,
  'mongodb+srv': overMongoDb,
};

/**
 * Makes the history that an address names; its `open()` comes next.
 *
 * @param data - the data folder, or `memory`; the embedded history is a file in it, or in memory too
 * @throws {ConfigError} for an unknown scheme, or a package that is not installed
 */
export async function openStore(
  address: string,
  data: string,
  options: StoreOptions = {},
): Promise<HistoryStore> {
  const scheme = schemeOf(address);
  if (Object.hasOwn(stores, scheme)) return stores[scheme]!(address, data, options);
  throw new ConfigError([refusal('history', address, comingHistories, Object.keys(stores))]);
}

/** A back end's package may be absent: then its import fails, and what mends it is told. */
async function optional<Module>(name: string, module: Promise<Module>): Promise<Module> {
  try {
    return await module;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigError([`the package ${name} is not installed; npm install ${name} mends that`]);
  }
}

const overRedis = async (address: string, deadLetters: DeadLetterBounds): Promise<Feed> =>
  new (await optional('ioredis', import('./history/feeds/redis.ts'))).RedisFeed(address, { deadLetters });

/** The feeds that outlive the process which records. */
const sharedFeeds: Record<string, (address: string, letters: DeadLetterBounds) => Promise<Feed>> =
  Object.fromEntries(Object.keys(sharedRelays).map((scheme) => [scheme, overRedis]));

/**
 * Checks that the addresses make a separate writer: a broker with a feed, and a history that others read.
 *
 * @throws {ConfigError} that names the key and what is allowed
 */
export function assertWriterBackEnds({ broker, history }: Pick<Config, 'broker' | 'history'>): void {
  const shared = Object.keys(stores).filter((scheme) => !unsharedStores.includes(scheme));
  const feeds = Object.keys(sharedFeeds);
  const problems = [
    feeds.includes(schemeOf(broker))
      ? undefined
      : `broker: "${schemeOf(broker)}" has no feed that a separate writer could read; allowed: ${feeds.join(', ')}`,
    shared.includes(schemeOf(history))
      ? undefined
      : `history: "${schemeOf(history)}" cannot be written for others; allowed: ${shared.join(', ')}`,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Makes the feed of a broker that has one of its own. */
export function openSharedFeed(broker: string, letters: DeadLetterBounds): Promise<Feed> {
  return sharedFeeds[schemeOf(broker)]!(broker, letters);
}

/** What could not be stored: behind a shared broker, or in the data folder of a service. */
export async function openDeadLetters({
  broker,
  data,
}: Pick<Config, 'broker' | 'data'>): Promise<{ letters: DeadLetters; close: () => Promise<void> }> {
  if (Object.hasOwn(sharedFeeds, schemeOf(broker))) {
    const feed = await openSharedFeed(broker, usualDeadLetters);
    return { letters: feed.deadLetters, close: () => feed.close() };
  }
  if (data === 'memory')
    throw new ConfigError([
      'dead letters: give --broker with the address of a shared broker, or --data <folder>',
    ]);
  await access(data).catch(() => {
    throw new ConfigError([`data: there is no folder ${data}; give the data folder of a service`]);
  });
  const { FileDeadLetters } = await import('./history/feeds/file-dead-letters.ts');
  return { letters: new FileDeadLetters(join(data, 'dead-letters.ndjson')), close: async () => {} };
}
