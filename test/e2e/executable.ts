// Runs the built executable as a process of its own, and tells what it printed and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built executable. */
export const EXECUTABLE = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Executable {
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  /** Resolves when the process and its output have ended. */
  readonly ended: Promise<Ending>;

  /**
   * @param nodeFlags - flags for node itself, before the executable
   * @param program - another one that prints the same ready line
   */
  constructor(words: readonly string[], nodeFlags: readonly string[] = [], program = EXECUTABLE) {
    this.child = spawn(process.execPath, [...nodeFlags, program, ...words], { env: cleanEnvironment() });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, 'close').then(([code]) => this.ending(code as number | null));
  }

  /** The addresses of the ready line; fails with what stderr says when the process ends before. */
  async addresses(): Promise<readonly string[]> {
    const [, addresses] = await Promise.race([this.readyLine(), this.ended.then(endedEarly)]);
    return addresses!.split(' ');
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  private async readyLine(): Promise<RegExpExecArray> {
    for (;;) {
      const line = /^stompwire \S+ ready: (.*)\n/.exec(this.stdout);
      if (line !== null) return line;
      await once(this.child.stdout!, 'data');
    }
  }

  private ending(code: number | null): Ending {
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

function endedEarly({ code, stderr }: Ending): never {
  throw new Error(`ended with ${code} before it was ready: ${stderr}`);
}

/** What the tests themselves are told by the environment is not for the executable. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STOMPWIRE_')));
}
