// The command `write-history`: runs the separate writer of the history, and drains it at the first signal.
import type { Config } from '../config/config.ts';
import { version } from '../version.ts';
import { failureLines } from './failure.ts';
import type { Surroundings } from './serve.ts';
import { signalled } from './signals.ts';

/**
 * Runs the writer until a signal ends it.
 *
 * @param flags - the given flags by option key
 * @returns the exit code: 0 after a drain, 1 when it could not start, or the history can never be opened
 */
export async function writeHistory(
  flags: Readonly<Record<string, unknown>>,
  around: Pick<Surroundings, 'env' | 'readFile' | 'out' | 'err' | 'signals' | 'exit' | 'now'>,
): Promise<number> {
  let config: Config | undefined;
  try {
    const { loadConfig } = await import('../config/load.ts');
    config = loadConfig({ flags, env: around.env, readFile: around.readFile });
    await run(config, around);
    return 0;
  } catch (error) {
    for (const line of failureLines(error, config)) around.err(`${line}\n`);
    return 1;
  }
}

async function run(
  config: Config,
  around: Pick<Surroundings, 'out' | 'signals' | 'exit' | 'now'>,
): Promise<void> {
  const { WriterProcess } = await import('../history-writer.ts');
  const writer = new WriterProcess(config);
  try {
    await writer.start();
    const signal = signalled(around);
    const running = writer.run();
    around.out(`stompwire ${version()} ready: ${writer.address ?? 'without --ops'}\n`);
    await Promise.race([signal, running]);
    await writer.drain();
    await running;
  } finally {
    await writer.close();
  }
}
