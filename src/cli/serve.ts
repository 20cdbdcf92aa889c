// The command `serve`: starts the service, says that it is ready, and drains it at the first signal.
import type { Config } from '../config/config.ts';
import type { Sources } from '../config/load.ts';
import { version } from '../version.ts';
import { failureLines } from './failure.ts';
import { type SignalSource, signalled } from './signals.ts';

/** Everything that a command touches outside itself. */
export interface Surroundings extends Pick<Sources, 'env' | 'readFile'> {
  /** Writes to stdout. */
  readonly out: (text: string) => void;
  /** Writes to stderr. */
  readonly err: (text: string) => void;
  readonly signals: SignalSource;
  /** Ends the process without waiting for anything. */
  readonly exit: (code: number) => void;
  /** A clock in ms. */
  readonly now: () => number;
  /** Puts the service together without opening anything. */
  readonly open: (config: Config) => Promise<Service>;
}

/** What `serve` needs of the service. */
export interface Service {
  start(): Promise<void>;
  /** Takes no more connections, sends what is waiting, closes the clients; ends within `drainTimeout`. */
  drain(): Promise<void>;
  close(): Promise<void>;
  /** Where it listens, as URLs; known after `start()`. */
  readonly addresses: {
    readonly http: string;
    readonly endpoints: readonly string[];
    readonly stomp?: string;
    readonly ops?: string;
  };
}

/**
 * Runs the service until a signal ends it.
 *
 * @param flags - the given flags by option key
 * @returns the exit code: 0 after a drain, 1 when the service could not start or stop
 */
export async function serve(flags: Readonly<Record<string, unknown>>, around: Surroundings): Promise<number> {
  let config: Config | undefined;
  try {
    const { loadConfig } = await import('../config/load.ts');
    config = loadConfig({ flags, env: around.env, readFile: around.readFile });
    await run(await around.open(config), around);
    return 0;
  } catch (error) {
    for (const line of failureLines(error, config)) around.err(`${line}\n`);
    return 1;
  }
}

async function run(service: Service, around: Surroundings): Promise<void> {
  try {
    await service.start();
    const signal = signalled(around);
    around.out(readyLine(service.addresses));
    await signal;
    await service.drain();
  } finally {
    await service.close();
  }
}

function readyLine({ http, endpoints, stomp, ops }: Service['addresses']): string {
  const addresses = [http, ...endpoints, stomp, ops].filter((address) => address !== undefined);
  return `stompwire ${version()} ready: ${addresses.join(' ')}\n`;
}
