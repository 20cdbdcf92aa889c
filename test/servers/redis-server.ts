// The program redis-server, for tests that need a Redis of their own: to kill, to pause, to start again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Running, startProcess } from './process.ts';
import type { Program } from './program.ts';
import { fromDebian, namedBy, onPath } from './ways.ts';

export const redisServer: Program = {
  name: 'redis-server',
  variable: 'REDIS_SERVER_PATH',
  ways: [
    namedBy('REDIS_SERVER_PATH'),
    onPath('redis-server'),
    fromDebian(['redis-server'], 'redis-server', { services: 'kept down' }),
  ],
  mend: 'install redis-server 7 (Debian: apt-get install redis-server), or set REDIS_SERVER_PATH to it',
};

/** What it prints when it takes connections. */
export const redisReady = /Ready to accept connections/;

/** In memory only, on the loopback. */
export const redisArgs = (port: number): string[] => [
  ...['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no'],
  ...['--save', '', '--appendonly', 'no'],
];

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process; the data stay as far as it wrote them. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  /** Starts it again at the same place, killed or not. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis in a folder of its own, with a file in which CONFIG REWRITE keeps its role over a restart.
 *
 * @param path - the executable
 * @param options - `args` come last and win: `['--appendonly', 'yes', '--appendfsync', 'always']`
 */
export async function startRedis(
  path: string,
  options: { readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = options.port ?? (await freePort());
  const file = join(folder, 'redis.conf');
  writeFileSync(file, '');
  const args = [file, ...redisArgs(port), '--dir', folder, ...(options.args ?? [])];
  const start = (): Promise<Running> => startProcess(path, args, redisReady);
  let running = await start();
  const kill = (signal?: NodeJS.Signals): Promise<void> => running.end(signal);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return running.pid;
    },
    kill,
    pause: () => void running.child.kill('SIGSTOP'),
    resume: () => void running.child.kill('SIGCONT'),
    restart: async () => {
      await kill();
      running = await start();
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
