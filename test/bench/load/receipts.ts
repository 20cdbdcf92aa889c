// The load of the benchmark of receipts: publishers over TCP, each with some SENDs in flight; says how it went.
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** What is sent, and for how long. */
export interface ReceiptPlan {
  readonly port: number;
  readonly level: string;
  readonly publishers: number;
  readonly inFlight: number;
  readonly rooms: number;
  /** Measured, behind one second that warms up. */
  readonly seconds: number;
}

/** What the load says: that measuring begins, and what came out in the end. */
export type ReceiptReport = 'begin' | ReceiptFigures;

/** What came out. */
export interface ReceiptFigures {
  /** RECEIPTs per second. */
  readonly rate: number;
  /** From the SEND to its RECEIPT, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const warmUp = 1000;
const body = JSON.stringify({
  content: 'a message of about a hundred bytes, as people write them to each other',
});

/** When measuring begins and ends. */
interface Window {
  readonly from: number;
  readonly until: number;
}

class Publisher {
  readonly done: Promise<void>;
  readonly #plan: ReceiptPlan;
  readonly #head: string;
  readonly #window: Window;
  readonly #took: number[];
  readonly #socket: Socket;
  /** When those were sent whose RECEIPT is still to come: RECEIPTs come in the order of their SENDs. */
  readonly #sent: number[] = [];
  #next = 0;
  #rest = '';

  constructor(plan: ReceiptPlan, number: number, window: Window, took: number[]) {
    const room = `/app/chat-room/${number % plan.rooms}/send`;
    this.#plan = plan;
    this.#head = `SEND\ndestination:${room}\ncontent-type:application/json\nreceipt-level:${plan.level}\n`;
    this.#window = window;
    this.#took = took;
    const socket = connect(plan.port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.#socket = socket;
    this.done = new Promise((resolve, reject) => {
      socket.on('error', reject).on('close', resolve);
      socket.on('data', (text) => this.#heard(String(text)));
    });
    // what cannot be done is told there, and ends the run
    const errors = 'SUBSCRIBE\nid:errors\ndestination:/user/queue/errors\n\n\0';
    socket.write(`CONNECT\naccept-version:1.2\nhost:bench\n\n\0${errors}`);
  }

  #heard(text: string): void {
    const now = performance.now();
    const frames = (this.#rest + text).split('\0');
    this.#rest = frames.pop()!;
    let free = 0;
    for (const frame of frames) free += this.#frame(frame, now);
    if (now < this.#window.until) this.#send(free, now);
    else if (this.#sent.length === 0) this.#socket.end();
  }

  /** @returns how many more may be sent */
  #frame(frame: string, now: number): number {
    if (frame.startsWith('CONNECTED')) return this.#plan.inFlight;
    const expected = `RECEIPT\nreceipt-id:${this.#next - this.#sent.length}\n`;
    if (!frame.includes(expected)) throw new Error(`no ${JSON.stringify(expected)}, but ${frame}`);
    const sent = this.#sent.shift()!;
    const { from, until } = this.#window;
    if (sent >= from && now < until) this.#took.push(now - sent);
    return 1;
  }

  #send(count: number, now: number): void {
    let text = '';
    for (let i = 0; i < count; i++) {
      this.#sent.push(now);
      text += `${this.#head}receipt:${this.#next++}\n\n${body}\0`;
    }
    if (count > 0) this.#socket.write(text, 'latin1');
  }
}

const say = (report: ReceiptReport): boolean => process.send!(report);
const plan = JSON.parse(process.argv[2]!) as ReceiptPlan;
const from = performance.now() + warmUp;
const window = { from, until: from + plan.seconds * 1000 };
const took: number[] = [];
// its CPU is read until it is ended
process.channel!.ref();
setTimeout(() => say('begin'), warmUp);
const publishers = Array.from(
  { length: plan.publishers },
  (_, number) => new Publisher(plan, number, window, took),
);
await Promise.all(publishers.map(({ done }) => done));
took.sort((a, b) => a - b);
const at = (part: number): number => took[Math.floor(took.length * part)] ?? Number.NaN;
say({ rate: took.length / plan.seconds, p50: at(0.5), p99: at(0.99) });
