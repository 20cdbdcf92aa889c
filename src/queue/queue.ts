// One queue in this process: what waits, who consumes, and what is outstanding with whom.
import type { Message } from '../message/message.ts';
import type { Consumption, QueueConsumer, QueueLimits, QueueTerms } from './consumer.ts';
import { type Waiting, WaitingLine } from './waiting-line.ts';

/** Why a message left a queue without being acknowledged. */
export type Loss = 'expired' | 'overflow' | 'refused' | 'too-many-deliveries';

/** What a queue tells of. */
export interface QueueOwner {
  readonly limits: QueueLimits;
  /** Milliseconds since the epoch of Unix. */
  now(): number;
  lost(message: Message, why: Loss, deliveries: number, persistent: boolean): void;
  /** A message is gone for good: acknowledged, or lost. */
  gone(entry: QueueEntry): void;
  /** A message was given out, and is outstanding. */
  given?(entry: QueueEntry): void;
  /** Something else stands in the place of a message. @param bytes - what that was */
  changed?(entry: QueueEntry, bytes: number): void;
}

/** A message in a queue. */
export interface QueueEntry extends Waiting {
  message: Message;
  bytes: number;
  /** When it is of no use any more; `Infinity`: never. */
  expires: number;
  /** Whether it is to survive a restart. */
  readonly persistent: boolean;
  deliveries: number;
  /** What a journal calls it. */
  keptAs?: number | undefined;
}

/** Bytes of a message that are not its body, roughly. */
const overhead = 256;

/** What a message counts for in a queue. */
export function bytesOf({ body }: Pick<Message, 'body'>): number {
  return body.length + overhead;
}
const usualPriority = 4;

/** A consumer of the queue and what it has not acknowledged, by tag. */
class Consuming implements Consumption {
  readonly consumer: QueueConsumer;
  readonly outstanding = new Map<number, QueueEntry>();
  readonly #queue: Queue;
  #tags = 0;
  #began = false;

  constructor(queue: Queue, consumer: QueueConsumer) {
    this.#queue = queue;
    this.consumer = consumer;
  }

  get hasRoom(): boolean {
    const { auto, prefetch, leaving, credit } = this.consumer;
    if (!this.#began || leaving || credit?.room === 0) return false;
    return auto || prefetch === 0 || this.outstanding.size < prefetch;
  }

  begin(): void {
    this.#began = true;
    this.#queue.dispatch();
  }

  give(entry: QueueEntry): void {
    const tag = ++this.#tags;
    entry.deliveries++;
    if (!this.consumer.auto) this.outstanding.set(tag, entry);
    this.consumer.take({ message: entry.message, tag, deliveries: entry.deliveries });
  }

  knows(tag: number): boolean {
    return this.outstanding.has(tag);
  }

  acknowledge(tag: number): boolean {
    const entry = this.#taken(tag);
    if (entry === undefined) return false;
    this.#queue.acknowledged(entry);
    return true;
  }

  refuse(tag: number, requeue: boolean): boolean {
    const entry = this.#taken(tag);
    if (entry === undefined) return false;
    this.#queue.refused(entry, requeue);
    return true;
  }

  cancel(): void {
    this.#queue.cancel(this);
  }

  #taken(tag: number): QueueEntry | undefined {
    const entry = this.outstanding.get(tag);
    this.outstanding.delete(tag);
    return entry;
  }
}

/** A queue. All of it happens at once: nothing waits for anything but consumers. */
export class Queue {
  readonly #owner: QueueOwner;
  readonly #line = new WaitingLine<QueueEntry>();
  readonly #consumers: Consuming[] = [];
  #turn = 0;
  #order = 0;
  #dispatching = false;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
  }

  get waiting(): number {
    return this.#line.length;
  }

  get outstanding(): number {
    return this.#consumers.reduce((sum, { outstanding }) => sum + outstanding.size, 0);
  }

  /** Whether somebody consumes. */
  get consumed(): boolean {
    return this.#consumers.length > 0;
  }

  /** Whether nothing would be lost with it. */
  get idle(): boolean {
    return this.#line.length === 0 && this.#consumers.length === 0;
  }

  /** Whether one more message of that size may wait, once what is of no use has gone. */
  hasRoomFor(message: Message): boolean {
    if (this.#fits(message)) return true;
    this.sweep();
    return this.#fits(message);
  }

  /** Whether so many messages of so many bytes may wait, beside what does; see {@link bytesOf}. */
  hasRoomForAll(count: number, bytes: number): boolean {
    this.sweep();
    const { limits } = this.#owner;
    return this.#line.length + count <= limits.count && this.#line.bytes + bytes <= limits.bytes;
  }

  /** Takes the oldest out until one more message fits. @returns false when it never would */
  makeRoomFor(message: Message): boolean {
    while (!this.#fits(message)) if (!this.dropOldest()) return false;
    return true;
  }

  /** Takes the oldest out, for something else. @returns false when nothing waits */
  dropOldest(): boolean {
    const oldest = this.#line.drop();
    if (oldest !== undefined) this.#lose(oldest, 'overflow');
    return oldest !== undefined;
  }

  /** @returns what was queued, to be kept elsewhere too */
  add(
    message: Message,
    { priority = usualPriority, expires = Number.POSITIVE_INFINITY, persistent = false }: QueueTerms,
  ): QueueEntry {
    const { age } = this.#owner.limits;
    const entry: QueueEntry = {
      message,
      order: ++this.#order,
      priority: Math.min(9, Math.max(0, Math.trunc(priority))),
      bytes: bytesOf(message),
      expires: age === 0 ? expires : Math.min(expires, this.#owner.now() + age),
      persistent,
      deliveries: 0,
      keptAs: undefined,
    };
    this.#line.push(entry);
    return entry;
  }

  /** Takes out one that waits, as if it had never come. @returns whether it waited */
  withdraw(entry: QueueEntry): boolean {
    return this.#line.take((one) => one === entry).length > 0;
  }

  /** Adds a consumer. */
  consume(consumer: QueueConsumer): Consumption & Required<Pick<Consumption, 'knows'>> {
    const consuming = new Consuming(this, consumer);
    this.#consumers.push(consuming);
    return consuming;
  }

  /** Gives what waits to those who may have it, each in its turn. */
  dispatch(): void {
    if (this.#dispatching) return; // a consumer acknowledged within its delivery: the loop goes on
    this.#dispatching = true;
    try {
      while (this.#line.length > 0) {
        const consuming = this.#next();
        if (consuming === undefined) return;
        const entry = this.#line.shift()!;
        if (this.#isOver(entry)) this.#lose(entry, 'expired');
        else this.#give(entry, consuming);
      }
    } finally {
      this.#dispatching = false;
    }
  }

  acknowledged(entry: QueueEntry): void {
    this.#owner.gone(entry);
    this.dispatch();
  }

  refused(entry: QueueEntry, requeue: boolean): void {
    if (!requeue) this.#lose(entry, 'refused');
    else this.#back(entry);
    this.dispatch();
  }

  cancel(consuming: Consuming): void {
    const at = this.#consumers.indexOf(consuming);
    if (at < 0) return;
    this.#consumers.splice(at, 1);
    if (at < this.#turn) this.#turn--;
    for (const entry of consuming.outstanding.values()) this.#back(entry);
    consuming.outstanding.clear();
    this.dispatch();
  }

  /** Forgets all that waits or is outstanding, and all who consume. */
  end(): void {
    for (const entry of this.#line.take(() => true)) this.#owner.gone(entry);
    for (const { outstanding } of this.#consumers.splice(0)) {
      for (const entry of outstanding.values()) this.#owner.gone(entry);
      outstanding.clear();
    }
    this.#turn = 0;
  }

  /**
   * Puts something else in the place of messages, whether they wait or are outstanding: so they come, or come again.
   *
   * @returns whether there were any
   */
  change(fits: (message: Message) => boolean, to: (message: Message) => Message): boolean {
    const waiting = this.#line.take(({ message }) => fits(message));
    const all = [...waiting, ...this.#outstandingOf(fits)];
    for (const entry of all) this.#change(entry, to(entry.message));
    for (const entry of waiting) this.#line.putBack(entry);
    return all.length > 0;
  }

  /** Messages are of no use any more: those that wait go, those that are outstanding do not come again. */
  expire(fits: (message: Message) => boolean, to: (message: Message) => Message): void {
    for (const entry of this.#line.take(({ message }) => fits(message))) this.#lose(entry, 'expired');
    for (const entry of this.#outstandingOf(fits)) {
      entry.expires = 0;
      this.#change(entry, to(entry.message));
    }
  }

  /** Takes out what is of no use any more. */
  sweep(): void {
    for (const entry of this.#line.take((one) => this.#isOver(one))) this.#lose(entry, 'expired');
  }

  #fits(message: Message): boolean {
    const { count, bytes } = this.#owner.limits;
    return this.#line.length < count && this.#line.bytes + bytesOf(message) <= bytes;
  }

  #give(entry: QueueEntry, consuming: Consuming): void {
    consuming.give(entry);
    if (consuming.consumer.auto) this.#owner.gone(entry);
    else this.#owner.given?.(entry);
  }

  #back(entry: QueueEntry): void {
    if (entry.deliveries >= this.#owner.limits.tries) this.#lose(entry, 'too-many-deliveries');
    else this.#line.putBack(entry);
  }

  #outstandingOf(fits: (message: Message) => boolean): QueueEntry[] {
    const all = this.#consumers.flatMap(({ outstanding }) => [...outstanding.values()]);
    return all.filter(({ message }) => fits(message));
  }

  #change(entry: QueueEntry, message: Message): void {
    const { bytes } = entry;
    entry.message = message;
    entry.bytes = bytesOf(message);
    this.#owner.changed?.(entry, bytes);
  }

  #lose(entry: QueueEntry, why: Loss): void {
    this.#owner.gone(entry);
    this.#owner.lost(entry.message, why, entry.deliveries, entry.persistent);
  }

  #isOver({ expires }: QueueEntry): boolean {
    return expires <= this.#owner.now();
  }

  #next(): Consuming | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      const at = (this.#turn + tried) % this.#consumers.length;
      const consuming = this.#consumers[at]!;
      if (!consuming.hasRoom) continue;
      this.#turn = (at + 1) % this.#consumers.length;
      return consuming;
    }
    return undefined;
  }
}
