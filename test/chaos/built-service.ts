// The built service as a run's target: a process on a data folder, which can be killed and started again.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Executable } from '../e2e/executable.ts';
import type { Kept } from './history.ts';
import type { Random } from './random.ts';
import type { Target } from './run.ts';

const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const room = '/topic/chat-room/';

/** How the service is run, beside its ports. */
export interface ServiceSettings {
  /** Whether it is killed and started again on its data folder all the while. */
  readonly killed: boolean;
  /** More flags of `serve`. */
  readonly flags?: readonly string[];
}

/** So short that many who were away for two seconds need the store. */
const hotLog = `${room}* count=24`;

export class BuiltService implements Target {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-chaos-'));
  readonly #settings: ServiceSettings;
  #process: Executable | undefined;
  #endpoint = '';
  #ops = '';
  /** What its processes wrote to stderr. */
  #complaints = '';
  kills = 0;

  constructor(settings: ServiceSettings) {
    this.#settings = settings;
  }

  async start(): Promise<void> {
    const { port = '0' } = this.#endpoint === '' ? {} : new URL(this.#endpoint);
    const { flags = [] } = this.#settings;
    const words = ['serve', '--port', port, '--stomp-port', 'off', '--ops', '0', '--log-level', 'warn'];
    this.#process = new Executable([...words, '--data', this.folder, '--logged', hotLog, ...flags]);
    const addresses = await this.#process.addresses();
    this.#endpoint = addresses.find((address) => address.startsWith('ws'))!;
    this.#ops = addresses.at(-1)!;
  }

  endpointOf(): string {
    return this.#endpoint;
  }

  async trouble(random: Random, signal: AbortSignal): Promise<void> {
    while (this.#settings.killed && (await passed(random.between(4000, 9000), signal))) {
      await this.#end('SIGKILL');
      this.kills++;
      await this.start();
    }
  }

  /** Its own figures, those of which the name has one of these words. */
  async metrics(...words: readonly string[]): Promise<string[]> {
    const text = await (await fetch(`${this.#ops}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => !line.startsWith('#') && words.some((word) => line.includes(word)));
  }

  async finish(): Promise<readonly Kept[]> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the service ended with ${code}: ${this.#complaints}`);
    return this.#exported();
  }

  get complaints(): string {
    return this.#complaints;
  }

  /** Whatever happened: nothing stays. */
  async remove(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
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

  async #exported(): Promise<readonly Kept[]> {
    const words = [cli, 'history', 'export', '--data', this.folder];
    const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 30 });
    return stdout.split('\n').filter(Boolean).map(keptOf);
  }
}

/** @returns whether the time passed before the signal fired */
const passed = (time: number, signal: AbortSignal): Promise<boolean> =>
  after(time, true, { signal }).catch(() => false);

/** A line of an export. */
function keptOf(line: string): Kept {
  const { destination, epoch, seq, body } = JSON.parse(line) as Omit<Kept, 'room'> & { destination: string };
  return { room: destination.slice(room.length), epoch, seq, body };
}
