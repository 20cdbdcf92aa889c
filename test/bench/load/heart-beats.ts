// A load that does nothing but beat: many connections, each says an end of line now and then and counts what it hears.
import type { Buffer } from 'node:buffer';
import { Client } from './client.ts';
import type { Dialect } from './plan.ts';

/** What the load is told: the connections to open, and how often each beats. */
export interface BeatPlan {
  readonly dialect: Dialect;
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  /** Milliseconds between two beats of a connection; the server is asked for the same. */
  readonly interval: number;
  /** Whether the clients beat too, or only hear. */
  readonly both: boolean;
}

/** What it tells: that all are connected; how many beats came since; that it went wrong. */
export type BeatReport = { readonly ready: true } | { readonly heard: number } | { readonly failed: string };

/** Connections that are being opened at a time. */
const atOnce = 100;
/** How often some of the clients have their turn, in milliseconds. */
const turn = 20;
const lineFeed = 10;

const tell = (report: BeatReport): void => void process.send!(report);
const fail = (error: Error): void => tell({ failed: error.message });

class Beats {
  readonly #plan: BeatPlan;
  readonly #clients: Client[] = [];
  #ready = 0;
  #wanted = 0;
  #heard = 0;
  #next = 0;
  #begin = 0;
  #whenReady: () => void = () => {};

  constructor(plan: BeatPlan) {
    this.#plan = plan;
  }

  get heard(): number {
    return this.#heard;
  }

  async connect(): Promise<void> {
    const { connections } = this.#plan;
    while (this.#clients.length < connections) {
      await new Promise<void>((resolve) => {
        this.#whenReady = resolve;
        this.#wanted = Math.min(this.#clients.length + atOnce, connections);
        while (this.#clients.length < this.#wanted) this.#clients.push(this.#client(this.#clients.length));
      });
    }
    this.#begin = performance.now();
    if (this.#plan.both) setInterval(() => this.#beat(), turn);
  }

  #client(index: number): Client {
    const plan = { ...this.#plan, subscribers: this.#plan.connections, rooms: 1 };
    const load = { ...plan, publishers: 0, messages: 0, window: 0, bodyBytes: 0 };
    const lost = (why: string): void => fail(new Error(why));
    return new Client(load, index, this.#hear, (client) => this.#opened(client), lost);
  }

  #opened(client: Client): void {
    if (this.#plan.dialect === 'text') return this.#isReady();
    const { interval, both } = this.#plan;
    const beats = `heart-beat:${both ? interval : 0},${interval}`;
    client.send(`CONNECT\naccept-version:1.2\nhost:127.0.0.1\n${beats}\n\n\0`);
  }

  readonly #hear = (_client: Client, bytes: Buffer, from: number, to: number): void => {
    if (to - from === 1 && bytes[from] === lineFeed) this.#heard++;
    else this.#isReady();
  };

  #isReady(): void {
    if (++this.#ready === this.#wanted) this.#whenReady();
  }

  /** Those whose turn it is by now. */
  #beat(): void {
    const { connections, interval } = this.#plan;
    const due = ((performance.now() - this.#begin) / interval) * connections;
    for (; this.#next < due; this.#next++) this.#clients[this.#next % connections]!.send('\n');
  }
}

process.once('message', (plan: BeatPlan) => {
  const beats = new Beats(plan);
  process.on('message', () => tell({ heard: beats.heard }));
  beats.connect().then(() => tell({ ready: true }), fail);
});
process.on('uncaughtException', fail);
process.on('disconnect', () => process.exit());
