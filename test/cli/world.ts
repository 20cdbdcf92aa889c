// The world around a command line, with the service played by a recorder.
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { PasswordSource } from '../../src/cli/password-input.ts';
import type { Service } from '../../src/cli/serve.ts';
import type { Config } from '../../src/config/config.ts';

/** Records what a command line writes and does. */
export class World {
  out = '';
  err = '';
  config: Config | undefined;
  now = 0;
  readonly steps: string[] = [];
  readonly signals = new EventEmitter();
  /** What is piped in, or typed where it says that it is a terminal. */
  readonly stdin: PasswordSource & PassThrough = new PassThrough();
  readonly stdout = writing((text) => this.wrote(text));
  /** Says that it is a terminal when a test makes it one. */
  readonly stderr: Writable & { isTTY?: boolean } = writing((text) => void (this.err += text));
  readonly ready: Promise<void>;
  private sayReady = (): void => {};
  private readonly service: Partial<Service>;

  constructor(service: Partial<Service> = {}) {
    this.service = service;
    this.ready = new Promise((resolve) => {
      this.sayReady = resolve;
    });
  }

  run(line: string, env: Record<string, string> = {}): Promise<number> {
    return runCommandLine(line === '' ? [] : line.split(' '), {
      env,
      readFile: () => '{"logLevel": "debug"}',
      out: (text) => this.wrote(text),
      err: (text) => void (this.err += text),
      stdin: this.stdin,
      stdout: this.stdout,
      stderr: this.stderr,
      signals: this.signals,
      exit: (code) => void this.steps.push(`exit ${code}`),
      now: () => this.now,
      open: async (config) => this.open(config),
    });
  }

  private wrote(text: string): void {
    this.out += text;
    if (text.includes(' ready: ')) this.sayReady();
  }

  private open(config: Config): Service {
    this.config = config;
    const step = (name: string) => async (): Promise<void> => void this.steps.push(name);
    const addresses = { http: 'http://127.0.0.1:8080', endpoints: ['ws://127.0.0.1:8080/ws'] };
    return { start: step('start'), drain: step('drain'), close: step('close'), addresses, ...this.service };
  }
}

function writing(write: (text: string) => void): Writable {
  return new Writable({
    write: (chunk, _, done) => {
      write(String(chunk));
      done();
    },
  });
}

/** Runs a line to its end, by SIGTERM as soon as the service is ready. */
export async function runThrough(
  world: World,
  line: string,
  env: Record<string, string> = {},
): Promise<number> {
  const code = world.run(line, env);
  await Promise.race([world.ready, code]);
  world.signals.emit('SIGTERM');
  return code;
}
