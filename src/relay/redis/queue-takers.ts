// Who takes from a queue on this node: in turns, each no more than it may have.
import type { Message } from '../../message/message.ts';
import type { QueueConsumer } from '../../queue/consumer.ts';

/** A message that Redis has given to this node, under the claim that took it. */
export interface Held {
  readonly order: string;
  readonly claim: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  readonly message: Message;
}

/** A consumer, and what it has not acknowledged. */
export class Taker {
  readonly consumer: QueueConsumer;
  readonly outstanding = new Map<number, Held>();
  began = false;
  /** What transactions that are under way have taken out of that. */
  #committing = 0;
  #tags = 0;

  constructor(consumer: QueueConsumer) {
    this.consumer = consumer;
  }

  /** How many more it may have. */
  get room(): number {
    if (!this.began) return 0;
    const { auto, prefetch, leaving, credit } = this.consumer;
    if (leaving) return 0;
    const taken = this.outstanding.size + this.#committing;
    const own = auto || prefetch === 0 ? Number.POSITIVE_INFINITY : Math.max(0, prefetch - taken);
    return credit === undefined ? own : Math.min(own, credit.room);
  }

  give(held: Held): void {
    const tag = ++this.#tags;
    if (!this.consumer.auto) this.outstanding.set(tag, held);
    this.consumer.take({ message: held.message, tag, deliveries: held.deliveries });
  }

  /** A transaction has taken one out, and is not done: it makes no room yet. */
  commits(): void {
    this.#committing++;
    this.consumer.credit?.take();
  }

  /** It is done, or undone. */
  committed(): void {
    this.#committing--;
    this.consumer.credit?.give();
  }

  /** Takes out what a tag names. */
  taken(tag: number): Held | undefined {
    const held = this.outstanding.get(tag);
    this.outstanding.delete(tag);
    return held;
  }
}

/** So many are asked for of a queue of which nobody knows what waits. */
export const unseen = 16;

/** The consumers of one queue on this node. */
export class Takers {
  readonly #takers: Taker[] = [];
  #grants: (() => void)[] = [];
  #turn = 0;

  /** How many take. */
  get count(): number {
    return this.#takers.length;
  }

  get outstanding(): number {
    return this.#takers.reduce((sum, { outstanding }) => sum + outstanding.size, 0);
  }

  /** How many more all of them may have. */
  get room(): number {
    return this.#takers.reduce((sum, { room }) => sum + room, 0);
  }

  get empty(): boolean {
    return this.#takers.length === 0;
  }

  /**
   * How many to ask for: who shares a bound with other queues asks for what is likely to come.
   *
   * @param waiting - how many are known to wait; 0: that is not known
   */
  wanted(waiting: number): number {
    const alone = this.#roomAlone;
    const shared = this.#sharing.reduce((sum, { room }) => sum + room, 0);
    return alone + Math.min(shared, waiting || unseen);
  }

  /** Room was set aside for these. @param giveBack - makes it room like other */
  grant(giveBack: () => void): void {
    this.#grants.push(giveBack);
  }

  /** What was set aside is to be asked for now. */
  useGrants(): void {
    for (const giveBack of this.#grants.splice(0)) giveBack();
  }

  /** Sets aside what is asked for in the name of those who share a bound with other queues. @returns what undoes it */
  reserve(count: number): () => void {
    let left = count - this.#roomAlone;
    const reserved: (() => void)[] = [];
    for (const { consumer, room } of this.#sharing) {
      const own = Math.min(left, room);
      if (own <= 0) continue;
      left -= own;
      consumer.credit!.take(own);
      reserved.push(() => consumer.credit!.give(own));
    }
    return () => {
      for (const undo of reserved) undo();
    };
  }

  get #roomAlone(): number {
    return this.#takers.reduce((sum, { consumer, room }) => sum + (consumer.credit ? 0 : room), 0);
  }

  get #sharing(): readonly Taker[] {
    return this.#takers.filter(({ consumer }) => consumer.credit !== undefined);
  }

  has(taker: Taker): boolean {
    return this.#takers.includes(taker);
  }

  add(consumer: QueueConsumer): Taker {
    const taker = new Taker(consumer);
    this.#takers.push(taker);
    return taker;
  }

  /** Takes one out. @returns whether it was there */
  remove(taker: Taker): boolean {
    const at = this.#takers.indexOf(taker);
    if (at < 0) return false;
    this.#takers.splice(at, 1);
    if (at < this.#turn) this.#turn--;
    return true;
  }

  /** Takes all out. */
  clear(): readonly Taker[] {
    this.#turn = 0;
    return this.#takers.splice(0);
  }

  /** Whose turn it is; `undefined`: nobody has room. */
  next(): Taker | undefined {
    for (let tried = 0; tried < this.#takers.length; tried++) {
      const at = (this.#turn + tried) % this.#takers.length;
      const taker = this.#takers[at]!;
      if (taker.room === 0) continue;
      this.#turn = (at + 1) % this.#takers.length;
      return taker;
    }
    return undefined;
  }
}
