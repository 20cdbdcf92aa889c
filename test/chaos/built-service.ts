// The built service in a run: a process on a data folder, which can be killed and started again.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Executable } from '../e2e/executable.ts';
import type { Kept } from './history.ts';
import type { Target } from './run.ts';
import { type Mishap, noTrouble, type Trouble } from './trouble.ts';

const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const room = '/topic/chat-room/';

/** So short that many who were away for two seconds need the store. */
const hotLog = `${room}* count=24`;

export class BuiltService {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-chaos-'));
  /** Where its history is, beside its ports and what is usual. */
  readonly #flags: readonly string[];
  #process: Executable | undefined;
  #endpoint = '';
  #ops = '';
  #complaints = '';

  /** @param flags - of `serve` and of `history export`: where the history is, when it is not in the folder */
  constructor(flags: readonly string[] = []) {
    this.#flags = ['--data', this.folder, ...flags];
  }

  /** As a target that this goes wrong with. */
  target(trouble: Trouble = noTrouble): Target {
    return { endpointOf: () => this.#endpoint, trouble, finish: () => this.#finish() };
  }

  /** Killed, and started again where it was. */
  get killed(): Mishap {
    const happen = async (): Promise<void> => {
      await this.#end('SIGKILL');
      await this.start();
    };
    return { name: 'the service was killed', happen };
  }

  async start(): Promise<void> {
    const { port = '0' } = this.#endpoint === '' ? {} : new URL(this.#endpoint);
    const ports = ['--port', port, '--stomp-port', 'off', '--ops', '0', '--log-level', 'warn'];
    this.#process = new Executable(['serve', ...ports, '--logged', hotLog, ...this.#flags]);
    const addresses = await this.#process.addresses();
    this.#endpoint = addresses.find((address) => address.startsWith('ws'))!;
    this.#ops = addresses.at(-1)!;
  }

  /** Its own figures, those whose name has one of these words. */
  async metrics(...words: readonly string[]): Promise<string[]> {
    const text = await (await fetch(`${this.#ops}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => !line.startsWith('#') && words.some((word) => line.includes(word)));
  }

  /** What its processes wrote to stderr before they ended. */
  get complaints(): string {
    return this.#complaints;
  }

  /** Whatever happened: nothing stays. */
  async remove(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #finish(): Promise<readonly Kept[]> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the service ended with ${code}: ${this.#complaints}`);
    return exported(this.#flags);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = this.#process;
    this.#process = undefined;
    if (ending === undefined) return null;
    ending.signal(signal);
    const { code, stderr } = await ending.ended;
    this.#complaints += stderr;
    return code;
  }
}

/** What a store holds of the rooms; the service must not run on it. */
export async function exported(flags: readonly string[]): Promise<readonly Kept[]> {
  const words = [cli, 'history', 'export', ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 30 });
  return stdout.split('\n').filter(Boolean).map(keptOf);
}

function keptOf(line: string): Kept {
  const { destination, epoch, seq, body } = JSON.parse(line) as Omit<Kept, 'room'> & { destination: string };
  return { room: destination.slice(room.length), epoch, seq, body };
}
