// Runs the command line with the real process around it.
import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line.ts';
import { processSignals } from './process-signals.ts';

/** How long a straggling handle may keep a finished process from ending by itself, in ms. */
const STRAGGLERS = 1000;

/** Runs the process's own command line and sets its exit code. */
export async function runProcess(): Promise<void> {
  process.stdout.on('error', passOverClosedPipe);
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    // not before it is wanted: `serve` leaves it alone
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signals: processSignals(process),
    exit: (code) => process.exit(code),
    now: () => performance.now(),
    open: async (config) => (await import('./service.ts')).openService(config),
  });
  setTimeout(() => process.exit(), STRAGGLERS).unref();
}

/** Who pipes into `head` has read enough: nothing has failed. */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
