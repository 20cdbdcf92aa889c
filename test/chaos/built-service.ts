// One process of the built service in a run: it can be killed, paused, and started again where it was.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Executable } from '../e2e/executable.ts';
import { exported, roomTopic } from './exported.ts';
import type { Target } from './run.ts';
import { type Mishap, noTrouble, type Trouble } from './trouble.ts';

/** So short that many who were away for two seconds need the store. */
const hotLog = `${roomTopic}* count=24 receipt=brokered`;

export class BuiltService {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-chaos-'));
  readonly #flags: readonly string[];
  #process: Executable | undefined;
  #port = '0';
  #endpoint: string | undefined;
  #ops = '';
  #complaints = '';
  #figures: readonly string[] = [];

  /** @param flags - of `serve`, beside its ports and folder */
  constructor(flags: readonly string[] = []) {
    this.#flags = ['--data', this.folder, '--logged', hotLog, ...flags];
  }

  /** As a target, alone; its history is in its folder, or where the flags of the history say. */
  target(trouble: Trouble = noTrouble, history: readonly string[] = []): Target {
    const finish = async () => {
      this.#figures = await this.metrics('resume', 'history', 'log_', 'page');
      await this.stop();
      return exported(['--data', this.folder, ...history]);
    };
    return { endpointOf: () => this.endpoint ?? `ws://127.0.0.1:${this.#port}/ws`, trouble, finish };
  }

  /** Where clients connect; `undefined` while it is not there. */
  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  /** Killed, and started again where it was. */
  get killed(): Mishap {
    return {
      name: 'a service was killed',
      happen: async () => {
        await this.#end('SIGKILL');
        await this.start();
      },
    };
  }

  /** Stands still for a while; who is connected hears nothing of it. */
  paused(time: readonly [number, number]): Mishap {
    return {
      name: 'a service stood still',
      happen: async (random) => {
        this.#process?.signal('SIGSTOP');
        await after(random.between(...time));
        this.#process?.signal('SIGCONT');
      },
    };
  }

  async start(): Promise<void> {
    const ports = ['--port', this.#port, '--stomp-port', 'off', '--ops', '0', '--log-level', 'warn'];
    this.#process = new Executable(['serve', ...ports, ...this.#flags]);
    const addresses = await this.#process.addresses();
    this.#endpoint = addresses.find((address) => address.startsWith('ws'))!;
    this.#port = new URL(this.#endpoint).port;
    this.#ops = addresses.at(-1)!;
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the service ended with ${code}: ${this.#complaints}`);
  }

  /** Its own figures, those whose name has one of these words. */
  async metrics(...words: readonly string[]): Promise<string[]> {
    const text = await (await fetch(`${this.#ops}/metrics`)).text();
    const named = (line: string): boolean => words.some((word) => line.includes(word));
    return text.split('\n').filter((line) => !line.startsWith('#') && named(line));
  }

  /** Its own figures before it was stopped in good order. */
  get figures(): readonly string[] {
    return this.#figures;
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

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = this.#process;
    this.#process = undefined;
    this.#endpoint = undefined;
    if (ending === undefined) return null;
    ending.signal(signal);
    const { code, stderr } = await ending.ended;
    this.#complaints += stderr;
    return code;
  }
}
