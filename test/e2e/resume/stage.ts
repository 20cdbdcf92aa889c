// A real server with one logged room and a short hot log, and clients that resume it over real sockets.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, createServer, type Server } from '../../../src/index.ts';
import type { Received } from '../clients/stomp-text.ts';

export const room = '/topic/room/1';

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => String(from + i));

/** The server, its folder, and a publisher that never stops. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-resume-'));
  server!: Server;
  /** How many messages were published; their bodies are their numbers. */
  said = 0;
  #publishing: Promise<void> | undefined;
  #stopped = true;

  /** @param count - how many messages the hot log keeps */
  static async open(count: number, options: Partial<Config> = {}): Promise<Stage> {
    const stage = new Stage();
    await stage.start(count, options);
    return stage;
  }

  async start(count: number, options: Partial<Config> = {}): Promise<void> {
    const quiet = { port: 0, stompPort: 0, ops: 0, logLevel: 'silent', data: this.folder } as const;
    const logged = [`/topic/room/* count=${count}`];
    this.server = createServer({ ...quiet, logged, ...options });
    await this.server.start();
  }

  get endpoint(): string {
    return this.server.addresses.endpoints[0]!;
  }

  get stomp(): string {
    return this.server.addresses.stomp!;
  }

  /** Publishes so many at once. */
  async say(many: number, bytes = 0): Promise<void> {
    for (let i = 0; i < many; i++) await this.server.publish(room, String(++this.said).padEnd(bytes, ' '));
  }

  /** Publishes without a pause, some in each turn, until `quiet`. */
  neverStops(perTurn = 3): void {
    this.#stopped = false;
    const publish = async (): Promise<void> => {
      while (!this.#stopped) {
        await this.say(perTurn);
        await new Promise(setImmediate);
      }
    };
    this.#publishing = publish();
  }

  async quiet(): Promise<void> {
    this.#stopped = true;
    await this.#publishing;
  }

  /** The sum of a figure of the server's own metrics, over labels that contain `part`. */
  async metric(name: string, part = ''): Promise<number> {
    const text = await (await fetch(`${this.server.addresses.ops}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => /^[a-z_]+/.exec(line)?.[0] === name && line.includes(part));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Looks again and again until a figure is as it should be: there is no event for what a server counts. */
  async until(fits: () => Promise<boolean>): Promise<void> {
    while (!(await fits())) await new Promise(setImmediate);
  }

  /** Done when this run has written so many to the history. */
  stored(many: number): Promise<void> {
    return this.until(async () => (await this.metric('stompwire_history_written_total')) >= many);
  }

  async close(): Promise<void> {
    await this.quiet();
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Bodies without what fills them up; one behind which something may be missing has a `!`. */
export const bodiesOf = (frames: readonly Received[]): string[] =>
  frames
    .filter(({ command }) => command === 'MESSAGE')
    .map(({ headers, body }) => `${headers.discontinuity === 'true' ? '!' : ''}${String(body).trim()}`);

/** The place of the last message among frames. */
export const placeOf = (frames: readonly Received[]): string | undefined =>
  frames.findLast(({ command }) => command === 'MESSAGE')?.headers['message-id'];
