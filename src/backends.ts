// The only file that knows every implementation of a back end: an address's scheme chooses, and is imported then.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config/config.ts';
import type { Config } from './config/schema.ts';
import type { HistoryStore } from './history/store.ts';
import type { Relay } from './relay/relay.ts';

const relays: Record<string, () => Promise<Relay>> = {
  memory: async () => new (await import('./relay/memory.ts')).MemoryRelay(),
};

/** Schemes that are known and come with a later version. */
const comingRelays = ['redis', 'rediss', 'stomp', 'kafka'];
const comingHistories = ['mongodb', 'mysql'];

/**
 * Checks the addresses of all back ends, before anything is opened.
 *
 * @throws {ConfigError} that names the key, the value and what is allowed
 */
export function assertBackEnds({ broker, history }: Pick<Config, 'broker' | 'history'>): void {
  const problems = [
    Object.hasOwn(relays, schemeOf(broker))
      ? undefined
      : refusal('broker', broker, comingRelays, Object.keys(relays)),
    history === 'off' || history === 'embedded' || history === 'memory'
      ? undefined
      : refusal('history', history, comingHistories, ['embedded', 'memory', 'off']),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Makes the relay that an address names. */
export async function openRelay(address: string): Promise<Relay> {
  return relays[schemeOf(address)]!();
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

/** What a history is told beside its address. */
export interface StoreOptions {
  /** For how many milliseconds messages are kept, where the store sees to it by itself; 0: for good. */
  readonly retention?: number;
}

type MakeStore = (address: string, data: string, options: StoreOptions) => Promise<HistoryStore>;

const inMemory = async (): Promise<HistoryStore> =>
  new (await import('./history/stores/memory.ts')).MemoryStore();

const overMongoDb: MakeStore = async (address, _, options) => {
  const { MongoDbStore } = await optional('mongodb', import('./history/stores/mongodb.ts'));
  return new MongoDbStore(address, options);
};

const stores: Record<string, MakeStore> = {
  embedded: async (_, data) => {
    if (data === 'memory') return inMemory();
    await mkdir(data, { recursive: true });
    const { SqliteStore } = await import('./history/stores/sqlite.ts');
    return new SqliteStore({ file: join(data, 'history.sqlite') });
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
  throw new ConfigError([refusal('history', address, ['mysql'], Object.keys(stores))]);
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
