// Runs one example in a process of its own, to its end or until it has said that it serves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ExampleKind } from './example-blocks.ts';

export interface Ran {
  /** The exit code; a signal that ended the process stands in its place. */
  readonly code: number | string;
  readonly printed: string;
  readonly complaints: string;
}

const longest = 20_000;

/** Starts the file with this Node; one that serves is told to stop once it printed something. */
export async function runExample(file: string, folder: string, kind: ExampleKind): Promise<Ran> {
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longest,
    killSignal: 'SIGKILL',
  });
  if (kind === 'serves') child.stdout.once('data', () => child.kill('SIGTERM'));
  const [printed, complaints, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code ?? signal, printed, complaints };
}
