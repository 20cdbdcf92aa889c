// What the finder may know of the machine it runs on, so that a test can hand it another one.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether packages may be installed without asking. */
  readonly root: boolean;
  /** What Debian asks before it starts a service; a test has a file of its own. */
  readonly policy?: string;
}

export const thisMachine = (): Machine => ({ env: process.env, root: process.getuid?.() === 0 });

/** The full path of a command, looked up along the machine's PATH. */
export function locate(machine: Machine, command: string): string | undefined {
  const folders = (machine.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a program to its end; rejects with its exit code and output when it fails or takes too long. */
export async function run(machine: Machine, program: string, ...args: string[]): Promise<void> {
  await output(machine, program, ...args);
}

/** The same, for what it prints. */
export async function output(machine: Machine, program: string, ...args: string[]): Promise<string> {
  const env = { ...machine.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { stdout } = await execute(program, args, { env, timeout: 10 * 60_000, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
