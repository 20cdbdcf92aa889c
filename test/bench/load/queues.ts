// The load of the benchmark of queues: producers and consumers over TCP, every message acknowledged; says how many went by.
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Account } from './accounts.ts';
import { Client } from './client.ts';
import { digits, mark, numberAt } from './dialects.ts';

/** What is sent, and for how long. */
export interface QueuesPlan {
  readonly port: number;
  /** Headers of CONNECT beside the usual, each with its end of line. */
  readonly login: string;
  readonly queues: number;
  /** Of each queue. */
  readonly producers: number;
  readonly consumers: number;
  readonly prefetch: number;
  /** Messages that a producer has under way: not delivered, or not answered with the RECEIPT that was asked for. */
  readonly inFlight: number;
  readonly bodyBytes: number;
  readonly persistent: boolean;
  /** Each so manieth SEND asks for a RECEIPT. */
  readonly receiptEvery: number;
  /** Measured, behind a time that warms up. */
  readonly seconds: number;
}

/** What the load says: that measuring begins; what came out; that all that was sent was delivered once, in order. */
export type QueuesReport = 'begin' | { readonly messages: number; readonly seconds: number } | 'complete';

/** Long enough for what compiles while it runs. */
const warmUp = 3000;
/** What has not come so long after the last was sent never does. */
const patience = 30_000;

const say = (report: QueuesReport): boolean => process.send!(report);
const plan = JSON.parse(process.argv[2]!) as QueuesPlan;
const ackName = '\nack:';
const lost = (why: string): never => {
  throw new Error(why);
};

let stopped = false;
let delivered = 0;
/** Of all that must come to an end. */
let ended = () => {};

/** A client that gathers what it says in a turn. */
abstract class Speaker {
  readonly ready: Promise<void>;
  readonly #client: Client;
  #ready: () => void = () => {};
  #text = '';

  constructor() {
    this.ready = new Promise((resolve) => {
      this.#ready = resolve;
    });
    // only what concerns the transport is looked at
    const transport = {
      ...{ dialect: 'stomp-tcp', path: '', subscribers: 0, rooms: 1, publishers: 0 },
      messages: 0,
    };
    const hear = (_client: Client, bytes: Buffer, from: number, to: number): void =>
      this.#hear(bytes, from, to);
    const opened = (client: Client): void =>
      client.send(`CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n${plan.login}\n\0`);
    this.#client = new Client(
      { ...transport, dialect: 'stomp-tcp', port: plan.port, window: 0, bodyBytes: 0 },
      0,
      hear,
      opened,
      (why) => stopped || lost(why),
    );
  }

  protected say(frame: string): void {
    if (this.#text === '') setImmediate(this.#speak);
    this.#text += frame;
  }

  protected abstract connected(): void;
  protected abstract receipt(id: string): void;
  protected abstract message(bytes: Buffer, from: number, to: number): void;

  protected isReady(): void {
    this.#ready();
  }

  readonly #speak = (): void => {
    const text = this.#text;
    this.#text = '';
    this.#client.send(text);
  };

  #hear(bytes: Buffer, begin: number, to: number): void {
    let from = begin;
    while (bytes[from] === 10) from++; // RabbitMQ ends its frames with a line
    const first = bytes[from]!;
    if (first === 77) return this.message(bytes, from, to);
    const text = bytes.toString('latin1', from, to);
    if (text.startsWith('CONNECTED')) return this.connected();
    const [, id] = /^RECEIPT\nreceipt-id:(.*)\n/.exec(text) ?? lost(`the broker said: ${text}`);
    this.receipt(id!);
  }
}

const producers: Producer[] = [];

class Producer extends Speaker {
  readonly #head: string;
  readonly #padding: string;
  readonly account = new Account(plan);

  constructor(number: number) {
    super();
    const persistent = plan.persistent ? 'persistent:true\n' : '';
    this.#head = `SEND\ndestination:/queue/bench-${number % plan.queues}\ncontent-length:${plan.bodyBytes}\n${persistent}`;
    this.#padding = String(number).padStart(4, '0') + 'x'.repeat(plan.bodyBytes - 4 - 1 - digits);
  }

  /** A consumer has one of its messages. */
  arrived(number: number): void {
    this.account.arrived(number);
    this.#goOn();
  }

  goOn(): void {
    // in batches, as one that is not faster than its messages are taken
    if (this.account.underWay > plan.inFlight / 2) return;
    while (this.account.underWay < plan.inFlight) this.#send();
  }

  protected connected(): void {
    this.isReady();
  }

  protected receipt(id: string): void {
    this.account.receipt(id);
    this.#goOn();
  }

  protected message(): void {
    lost('a producer was given a message');
  }

  #goOn(): void {
    if (!stopped) this.goOn();
    else if (this.account.done) ended();
  }

  #send(): void {
    const number = this.account.send();
    const receipt = number % plan.receiptEvery === 0 ? `receipt:${number}\n` : '';
    this.say(`${this.#head}${receipt}\n${this.#padding}#${String(number).padStart(digits, '0')}\0`);
  }
}

class Consumer extends Speaker {
  readonly #queue: number;
  /** The latest message of each producer. */
  readonly #latest = new Map<number, number>();

  constructor(number: number) {
    super();
    this.#queue = number % plan.queues;
  }

  protected connected(): void {
    const ask = `id:0\nack:client-individual\nprefetch-count:${plan.prefetch}\nreceipt:0\n`;
    this.say(`SUBSCRIBE\ndestination:/queue/bench-${this.#queue}\n${ask}\n\0`);
  }

  protected receipt(): void {
    this.isReady();
  }

  protected message(bytes: Buffer, from: number, to: number): void {
    const markAt = to - 2 - digits;
    if (bytes[markAt] !== mark) lost(`no message of ours: ${bytes.toString('latin1', from, to)}`);
    const body = to - 1 - plan.bodyBytes;
    const producer = Number(bytes.toString('latin1', body, body + 4));
    const number = numberAt(bytes, markAt + 1);
    if (number <= (this.#latest.get(producer) ?? 0))
      lost(`message ${number} of ${producer} came late or again`);
    this.#latest.set(producer, number);
    const head = bytes.toString('latin1', from, body);
    const at = head.indexOf(ackName) + ackName.length;
    this.say(`ACK\nid:${head.slice(at, head.indexOf('\n', at))}\n\n\0`);
    delivered++;
    producers[producer]!.arrived(number);
  }
}

const past = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const consumers = Array.from({ length: plan.queues * plan.consumers }, (_, number) => new Consumer(number));
await Promise.all(consumers.map(({ ready }) => ready));
for (let number = 0; number < plan.queues * plan.producers; number++) producers.push(new Producer(number));
await Promise.all(producers.map(({ ready }) => ready));
for (const producer of producers) producer.goOn();
await past(warmUp);
say('begin');
const [before, since] = [delivered, performance.now()];
await past(plan.seconds * 1000);
say({ messages: delivered - before, seconds: (performance.now() - since) / 1000 });
const late = setTimeout(() => lost(producers.map(({ account }) => account.missing).join('\n')), patience);
await new Promise<void>((resolve) => {
  ended = () => producers.every(({ account }) => account.done) && resolve();
  stopped = true;
  ended();
});
clearTimeout(late);
say('complete');
await once(process, 'disconnect');
process.exit();
