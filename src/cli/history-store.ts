// The history that a command works on: found by the options of `serve`, opened, and closed afterwards.
import type { Config } from '../config/config.ts';
import type { Sources } from '../config/load.ts';
import { StompwireError } from '../errors.ts';
import type { HistoryStore } from '../history/store.ts';
import { failureLines } from './failure.ts';

/** What the commands on a history touch outside themselves. */
export interface HistorySurroundings extends Pick<Sources, 'env' | 'readFile'> {
  /** Writes to stderr. */
  readonly err: (text: string) => void;
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: NodeJS.WritableStream;
  /** Where a progress bar goes, when that is a terminal. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Runs something on the open history.
 *
 * @param flags - the given flags by option key
 * @param options - `existing`: a folder without a history is refused, and none is made there; `first`: what must have
 *   succeeded before one is made
 * @returns the exit code: that of the work, 1 when it failed
 */
export async function withHistory(
  flags: Readonly<Record<string, unknown>>,
  around: HistorySurroundings,
  work: (store: HistoryStore, config: Config) => Promise<number>,
  { existing = false, first = async () => {} }: { existing?: boolean; first?: () => Promise<void> } = {},
): Promise<number> {
  let config: Config | undefined;
  try {
    const { loadConfig } = await import('../config/load.ts');
    config = loadConfig({ flags, env: around.env, readFile: around.readFile });
    await first();
    return await onStore(await storeOf(config, existing), config, work);
  } catch (error) {
    for (const line of failureLines(error, config)) around.err(`${line}\n`);
    return 1;
  }
}

async function onStore(
  store: HistoryStore,
  config: Config,
  work: (store: HistoryStore, config: Config) => Promise<number>,
): Promise<number> {
  try {
    await store.open();
    return await work(store, config);
  } finally {
    await store.close();
  }
}

/** A history that would end with the command is no history. */
async function storeOf({ history, data }: Config, existing: boolean): Promise<HistoryStore> {
  if (history === 'off' || history === 'memory' || (history === 'embedded' && data === 'memory')) {
    throw new StompwireError(
      'bad-configuration',
      `history: ${history} keeps nothing here; give --data <folder>, or --history with the address of a store`,
    );
  }
  const { openStore } = await import('../backends.ts');
  // not the retention: a command leaves it to the service
  return openStore(history, data, { existing });
}
