// Child processes as benchmarks need them: on a core of their own, their CPU time and memory read from outside.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const cores = availableParallelism();
const pins = cores > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Servers have the first core, the load has the others: neither takes time from the other; `both` is the whole machine. */
const coresOf = { server: '0', load: cores > 2 ? `1-${cores - 1}` : '1', both: `0-${cores - 1}` };

/** How processes were placed, for the head of the report. */
export const placement = pins
  ? `server on core ${coresOf.server}, load on core ${coresOf.load}`
  : 'processes not pinned: taskset or a second core is missing';

// the service refuses variables of its own prefix that it does not know
const { STOMPWIRE_BENCH_FLOOR: _, ...environment } = process.env;

/** Starts a program pinned to its part of the machine. */
export function start(part: keyof typeof coresOf, command: readonly string[], ipc = false): ChildProcess {
  const [program, ...args] = pins ? ['taskset', '-c', coresOf[part], ...command] : command;
  return spawn(program!, args, {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', ...(ipc ? ['ipc' as const] : [])],
  });
}

/** Waits until a service is ready, which says so on a port of its own; rejects when it ends instead. */
export async function ready(service: ChildProcess, ops: number): Promise<void> {
  for (;;) {
    if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${ops}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
}

/** Moves a process that runs, with all of its threads, to a part of the machine. */
export function pin(part: keyof typeof coresOf, pid: number): void {
  if (pins) execFileSync('taskset', ['-a', '-c', '-p', coresOf[part], String(pid)], { stdio: 'ignore' });
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Ticks a second in /proc, the same on every Linux. */
const ticks = 100;

/** Seconds of CPU that a process has used, its own and the kernel's for it. */
export function cpuOf(pid: number): number {
  if (process.platform !== 'linux') return secondsOf(ps(pid, 'cputime='));
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Resident memory of a process in KiB. */
export function memoryOf(pid: number): number {
  if (process.platform !== 'linux') return Number(ps(pid, 'rss='));
  return Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

/** The same of a process and all that it started, as long as they run. */
export function cpuOfTree(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.reduce((sum, child) => sum + cpuOfTree(Number(child)), cpuOf(pid));
}

/** How many files a process may have open at most: Node asks for as many by itself. */
export function openFilesAllowed(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [, hard] = /Max open files\s+\S+\s+(\S+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

function ps(pid: number, what: string): string {
  return execFileSync('ps', ['-o', what, '-p', String(pid)], { encoding: 'utf8' }).trim();
}

/** `1:02.34` or `0:01:02` as seconds. */
function secondsOf(time: string): number {
  return time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
