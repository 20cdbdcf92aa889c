// The built service as a process whose memory, descriptors and figures can be read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Holdings } from './report.ts';

const executable = fileURLToPath(new URL('../../../dist/src/cli.js', import.meta.url));
const report = new URL('report.ts', import.meta.url).href;
/**
 * One arena, a young generation of one size, and compiled code that is kept: memory then follows what is held, and
 * not the bursts of the load.
 */
const steady = {
  flags: ['--max-semi-space-size=2', '--no-flush-bytecode'],
  env: { MALLOC_ARENA_MAX: '1' },
};
const anyPorts = ['--port', '0', '--stomp-port', '0', '--ops', '0', '--log-level', 'silent'];

/** What is compared: the holdings, and what only the operating system and the metrics know. */
export interface Measure extends Holdings {
  /** Bytes of resident memory. */
  readonly resident: number;
  /** Open file descriptors. */
  readonly descriptors: number;
}

export class MeasuredService {
  readonly addresses: readonly string[];
  readonly #child: ChildProcess;

  static async start(flags: readonly string[]): Promise<MeasuredService> {
    const node = ['--expose-gc', ...steady.flags, '--import', report];
    const words = [...node, executable, 'serve', ...anyPorts, ...flags];
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: steady.env,
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return new MeasuredService(child, String(line).trim().split(' ready: ')[1]!.split(' '));
  }

  private constructor(child: ChildProcess, addresses: readonly string[]) {
    this.#child = child;
    this.addresses = addresses;
  }

  async measure(): Promise<Measure> {
    this.#child.send('report');
    const [holdings] = (await once(this.#child, 'message')) as [Holdings];
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
    return { ...holdings, resident, descriptors: readdirSync(`/proc/${this.#child.pid}/fd`).length };
  }

  /** A gauge of the service's own metrics. */
  async figure(name: string): Promise<number> {
    const answer = await fetch(`${this.addresses.at(-1)}/metrics`, { headers: { connection: 'close' } });
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await answer.text())![1]);
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}
