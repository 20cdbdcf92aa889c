// Starts a real server as a process, knows when it is ready by what it prints, and ends it by its process id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Sends a signal; SIGKILL when none is named. Resolves when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a program; done when it has printed a line that matches.
 *
 * @throws {Error} when it ends before that, with the last lines it printed
 */
export async function startProcess(
  path: string,
  args: readonly string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const gone = once(child, 'exit').catch((error: unknown) => Promise.reject(error));
  gone.catch(() => {});
  child.stderr.resume();
  await readyLine(child, ready, path, gone);
  const end = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    // who is paused hears nothing but SIGKILL
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    await gone;
  };
  return { pid: child.pid!, child, end };
}

async function readyLine(
  child: ChildProcess,
  ready: RegExp,
  path: string,
  gone: Promise<unknown>,
): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout! });
  const heard = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (ready.test(line)) resolve();
      said.push(line);
      if (said.length > 5) said.shift();
    });
  });
  const ended = gone.then(() => Promise.reject(new Error(`${path} ended: ${said.join(' | ')}`)));
  await Promise.race([heard, ended]);
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
