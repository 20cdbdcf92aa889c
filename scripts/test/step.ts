// One child process of the test command: run to its end with its output shown, timed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly milliseconds: number;
}

type Env = Readonly<Record<string, string>>;

export async function runStep(
  name: string,
  program: string,
  args: readonly string[],
  env: Env = {},
): Promise<Step> {
  console.log(`\n> ${name}`);
  const start = performance.now();
  const ok = (await exitCode(program, args, env)) === 0;
  return { name, ok, milliseconds: performance.now() - start };
}

/** The signals that end the test command are passed on, so that no test outlives it, and nothing more is begun. */
async function exitCode(program: string, args: readonly string[], env: Env): Promise<number | null> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  let stoppedBy: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    stoppedBy = signal;
    child.kill(signal);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  const [code] = await once(child, 'close');
  process.off('SIGTERM', stop).off('SIGINT', stop);
  if (stoppedBy) throw new Error(`stopped by ${stoppedBy} during: ${program} ${args.join(' ')}`);
  return code;
}
