// The load generator, a process of its own: connects the clients of a plan, publishes at a word, checks every delivery.
import type { Buffer } from 'node:buffer';
import { Client } from './client.ts';
import { bodyOf, mark, numberAt, speechOf } from './dialects.ts';
import type { Outcome, Plan, Report } from './plan.ts';

/** Connections that are being opened at a time. */
const atOnce = 100;

/** One run. */
class Load {
  readonly #plan: Plan;
  readonly #speech;
  readonly #clients: Client[] = [];
  readonly #done: (outcome: Outcome) => void;
  readonly #fan: number;
  #readyCount = 0;
  #whenReady: (() => void) | undefined;
  /** How far from the end of a frame the mark stands; the same in all deliveries of a run. */
  #markAt = 0;
  #sent = 0;
  #received = 0;
  #disorder = 0;
  #bytes = 0;
  #begin = 0;

  constructor(plan: Plan, done: (outcome: Outcome) => void) {
    this.#plan = plan;
    this.#speech = speechOf(plan);
    this.#fan = plan.subscribers / plan.rooms;
    this.#done = done;
  }

  async connect(): Promise<void> {
    const all = this.#plan.subscribers + this.#plan.publishers;
    for (let from = 0; from < all; from += atOnce) {
      const until = Math.min(from + atOnce, all);
      await new Promise<void>((resolve) => {
        this.#whenReady = () => this.#readyCount === until && resolve();
        for (let index = from; index < until; index++) this.#clients.push(this.#client(index));
      });
    }
    // it answers no SUBSCRIBE, and one more to ask by would cost it at each message that is measured
    if (this.#plan.dialect === 'stomp-unconfirmed') await new Promise((resolve) => setTimeout(resolve, 500));
  }

  /** Keeps `window` messages of each publisher under way. */
  publish(): void {
    if (this.#begin === 0) this.#begin = performance.now();
    const { messages, window, publishers, subscribers, rooms, inBursts } = this.#plan;
    if (inBursts && this.#received < this.#sent * this.#fan) return;
    const allowed = Math.min(messages, this.#received / this.#fan + window * publishers);
    for (; this.#sent < allowed; this.#sent++) {
      const publisher = this.#clients[subscribers + (this.#sent % publishers)]!;
      const number = Math.floor(this.#sent / rooms);
      publisher.gather();
      publisher.send(this.#speech.message(this.#sent % rooms, bodyOf(this.#plan, number)));
    }
  }

  #client(index: number): Client {
    return new Client(
      this.#plan,
      index,
      this.#hear,
      (client) => this.#open(client),
      (why) => fail(new Error(why)),
    );
  }

  #open(client: Client): void {
    const { opening } = this.#speech;
    if (opening === 'ready') this.#isReady(client);
    else if (opening !== undefined) client.send(opening);
  }

  #isReady(client: Client): void {
    if (client.ready) return;
    client.ready = true;
    this.#readyCount++;
    this.#whenReady?.();
  }

  readonly #hear = (client: Client, bytes: Buffer, from: number, to: number): void => {
    if (this.#markAt !== 0 && bytes[to - this.#markAt] === mark)
      return this.#deliver(client, bytes, from, to);
    const at = bytes.subarray(from, to).lastIndexOf(mark);
    if (at === -1) return this.#answer(client, bytes.toString('utf8', from, to));
    this.#markAt = to - from - at;
    this.#deliver(client, bytes, from, to);
  };

  #answer(client: Client, heard: string): void {
    const answer = this.#speech.answer(heard, client);
    if (answer === undefined) return;
    if (answer !== 'ready') client.send(answer);
    const unconfirmed = this.#plan.dialect === 'stomp-unconfirmed';
    if (answer === 'ready' || unconfirmed) this.#isReady(client);
  }

  #deliver(client: Client, bytes: Buffer, from: number, to: number): void {
    if (numberAt(bytes, to - this.#markAt + 1) !== client.next++) this.#disorder++;
    this.#received++;
    this.#bytes += to - from;
    this.publish();
    const expected = this.#plan.messages * this.#fan;
    if (this.#received !== expected) return;
    const seconds = (performance.now() - this.#begin) / 1000;
    const { disorder, bytes: total } = { disorder: this.#disorder, bytes: this.#bytes };
    this.#done({ deliveries: this.#received, expected, disorder, bytes: total, seconds });
  }
}

function tell(report: Report): void {
  process.send!(report);
}

function fail(error: Error): void {
  tell({ failed: error.message });
}

/** The first message is the plan, the second the word to publish. */
process.once('message', (plan: Plan) => {
  const load = new Load(plan, (outcome) => tell({ outcome }));
  process.once('message', () => load.publish());
  load.connect().then(() => tell({ ready: true }), fail);
});
process.on('uncaughtException', fail);
process.on('disconnect', () => process.exit());
