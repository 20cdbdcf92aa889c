// The only file that knows every implementation of a back end: an address's scheme chooses, and is imported then.
import { ConfigError } from './config/config.ts';
import type { Config } from './config/schema.ts';
import type { Relay } from './relay/relay.ts';

const relays: Record<string, () => Promise<Relay>> = {
  memory: async () => new (await import('./relay/memory.ts')).MemoryRelay(),
};

/** Schemes that are known and come with a later version. */
const comingRelays = ['redis', 'rediss', 'stomp', 'kafka'];
const comingHistories = ['memory', 'embedded', 'mongodb', 'mysql'];

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
    history === 'off' ? undefined : refusal('history', history, comingHistories, ['off']),
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
