// The queues of a single node, in its memory.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { isPattern, type Separator } from '../message/destination.ts';
import { Message } from '../message/message.ts';
import type {
  Consumption,
  QueueArguments,
  QueueConsumer,
  QueueLimits,
  QueueTerms,
} from '../queue/consumer.ts';
import { deadLetterOf, isDead } from '../queue/dead-letter.ts';
import { HeldBytes } from '../queue/held-bytes.ts';
import type { Journal, KeptBinding, KeptMessage, KeptTerms } from '../queue/journal.ts';
import { isPassing } from '../queue/passing.ts';
import { bytesOf, type Loss, Queue, type QueueEntry, type QueueOwner } from '../queue/queue.ts';
import { assertUnsaid } from '../queue/same-terms.ts';
import { usualTermsOf } from '../queue/terms.ts';
import { DeclaredQueues } from './declared-queues.ts';
import { allFull, fullQueue, tooManyQueues } from './full-queues.ts';
import { MemoryBindings } from './memory-bindings.ts';
import { PatternConsumers } from './pattern-consumers.ts';
import type { Queues } from './queues.ts';

/** What the queues of a node stand on. */
export interface MemoryQueuesParts {
  readonly limits: QueueLimits;
  /** Where dead letters go. */
  readonly deadLetters: string;
  /** How many queues there may be. */
  readonly queues: number;
  /** How many bytes all of them may hold; none: no bound but that of each. */
  readonly totalBytes?: number;
  /** How many of them topics may fill. */
  readonly bindings: number;
  readonly separator: Separator;
  /** Milliseconds since the epoch of Unix. */
  readonly now: () => number;
  /** What keeps persistent messages over a restart; without it, they are as the others. */
  readonly journal?: KeepingJournal;
  /** Hears of each message that nobody acknowledged and that is not a dead letter either. */
  readonly dropped?: (message: Message, why: Loss) => void;
  /** Hears of each message that became a dead letter. */
  readonly died?: (message: Message, why: Loss) => void;
}

/** A journal with what it kept. */
export interface KeepingJournal extends Journal {
  open(): Promise<void>;
  kept(): AsyncIterable<KeptMessage>;
  bindings(): Promise<readonly KeptBinding[]>;
  declared(): Promise<readonly KeptTerms[]>;
}

/** The readable reference of the port. A queue exists while something waits in it or somebody consumes. */
export class MemoryQueues implements Queues {
  readonly bindings: MemoryBindings;
  readonly #parts: MemoryQueuesParts;
  readonly #queues = new Map<string, Queue>();
  readonly #declared: DeclaredQueues;
  readonly #held: HeldBytes;
  readonly #patterns: PatternConsumers;
  /** What is done behind the transaction that is being done; none: there is none. */
  #behind: (() => void)[] | undefined;

  constructor(parts: MemoryQueuesParts) {
    this.#parts = parts;
    this.#declared = new DeclaredQueues({ ...parts, changed: (queue, terms) => this.#said(queue, terms) });
    this.#held = new HeldBytes(parts.totalBytes ?? Number.POSITIVE_INFINITY);
    this.#patterns = new PatternConsumers(parts.separator, {
      addresses: () => this.#queues.keys(),
      consume: (address, consumer) => this.#consume(address, consumer),
      isEmpty: (address) => this.#isEmpty(address),
    });
    this.bindings = new MemoryBindings({
      ...parts,
      keep: (message) => this.#keep(message),
      assertMay: (queue, terms, owner) => {
        this.#removeUnused(queue);
        this.#declared.assertMay(queue, terms, owner);
      },
      remove: (queue) => this.remove(queue),
      changed: (queue, source, terms) => {
        if (terms !== undefined) this.#declared.declare(queue, terms);
        parts.journal?.bind(queue, source);
      },
      written: (act) => this.#written(act),
      queueOf: (queue) => this.#queues.get(queue),
    });
  }

  get size(): { readonly waiting: number; readonly outstanding: number } {
    let waiting = 0;
    let outstanding = 0;
    for (const queue of this.#queues.values()) {
      waiting += queue.waiting;
      outstanding += queue.outstanding;
    }
    return { waiting, outstanding };
  }

  get bytes(): number {
    return this.#held.bytes;
  }

  /**
   * Takes back what a journal kept, whatever the limits say now.
   *
   * @throws {StompwireError} `queues-unavailable`, `queues-damaged`
   */
  async open(): Promise<void> {
    const { journal } = this.#parts;
    if (journal === undefined) return;
    await journal.open();
    for (const { queue, source } of await journal.bindings()) this.bindings.restore(queue, source);
    for (const { queue, terms } of await journal.declared()) this.#declared.restore(queue, terms);
    for await (const one of journal.kept()) this.#restore(one, journal);
    this.sweep();
  }

  enqueue(message: Message, terms: QueueTerms = {}): Soon<void> {
    let put: readonly [Queue, QueueEntry] | undefined;
    const { declares } = terms;
    const done = this.#written(() => {
      if (declares !== undefined) this.#declare(message.address, declares);
      put = this.#put(message, terms);
    });
    // what could not be written was refused: it shall not be delivered either, where that can be helped
    if (done instanceof Promise)
      done.catch(() => {
        const [queue, entry] = put!;
        if (queue.withdraw(entry)) this.#held.remove(entry.bytes);
      });
    return done;
  }

  /** @throws {StompwireError} `bad-header`, `denied`, `queue-full` */
  declare(destination: string, terms: QueueArguments): Soon<void> {
    return this.#written(() => this.#declare(destination, terms));
  }

  consume(destination: string, consumer: QueueConsumer, terms?: QueueArguments): Consumption {
    if (isPattern(destination)) {
      assertUnsaid(destination, terms);
      return this.#patterns.consume(destination, consumer);
    }
    this.#removeUnused(destination);
    if (terms !== undefined) this.#declared.declare(destination, terms);
    return this.#consume(destination, consumer);
  }

  #consume(destination: string, consumer: QueueConsumer): Consumption {
    this.#removeUnused(destination);
    this.#declared.consumedBy(destination, consumer.owner);
    const queue = this.#queueOf(destination);
    const consumption = queue.consume(consumer);
    return {
      begin: () => consumption.begin(),
      knows: (tag) => consumption.knows(tag),
      acknowledge: (tag) => this.#written(() => consumption.acknowledge(tag) as boolean),
      refuse: (tag, requeue) => this.#written(() => consumption.refuse(tag, requeue) as boolean),
      cancel: () => {
        void consumption.cancel();
        const isLast = !queue.consumed && this.#queues.get(destination) === queue;
        if (isLast && this.#declared.left(destination)) this.#drop(destination);
        this.#forgetIdle(destination, queue);
      },
    };
  }

  remove(destination: string): Soon<void> {
    return this.#written(() => {
      this.#queues.get(destination)?.end();
      this.#queues.delete(destination);
      this.#declared.forget(destination);
      this.#patterns.gone(destination);
    });
  }

  /** Ends; what is persistent is on disk then. */
  async close(): Promise<void> {
    await this.#parts.journal?.close();
  }

  /** Where the oldest make room, all fits, if there may be so many queues. */
  assertRoom(messages: readonly Message[]): void {
    const wanted = new Map<string, { count: number; bytes: number }>();
    for (const message of messages) {
      const sum = wanted.get(message.address) ?? { count: 0, bytes: 0 };
      wanted.set(message.address, { count: sum.count + 1, bytes: sum.bytes + bytesOf(message) });
    }
    const fresh = [...wanted.keys()].filter((address) => !this.#queues.has(address));
    if (fresh.length > 0) this.#assertMore(fresh.at(-1)!, fresh.length);
    if (this.#parts.limits.overflow === 'drop-oldest') return;
    const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
    if (!this.#hasRoomFor(bytes)) throw allFull(this.#held);
    for (const [address, { count, bytes }] of wanted) this.#assertRoomFor(address, count, bytes);
  }

  /** Does a transaction; its dead letters are made behind it, and take no room from what it sends. */
  together<T>(steps: () => T): T {
    const behind: (() => void)[] = [];
    this.#behind = behind;
    try {
      return steps();
    } finally {
      this.#behind = undefined;
      for (const act of behind) act();
    }
  }

  /** Takes out what has expired; to be called now and then. */
  sweep(): void {
    for (const address of this.#declared.unused()) this.#drop(address);
    this.#patterns.sweep();
    for (const [address, queue] of this.#queues) {
      queue.sweep();
      this.#forgetIdle(address, queue);
    }
  }

  #queueOf(address: string): Queue {
    const known = this.#queues.get(address);
    if (known !== undefined) return known;
    this.#assertMore(address, 1);
    return this.#newQueue(address);
  }

  #newQueue(address: string): Queue {
    const queue = new Queue(this.#ownerOf(address));
    this.#queues.set(address, queue);
    this.#patterns.joined(address);
    return queue;
  }

  #assertMore(address: string, count: number): void {
    if (this.#queues.size + count > this.#parts.queues) throw tooManyQueues(address, this.#parts.queues);
  }

  #isEmpty(address: string): boolean {
    const queue = this.#queues.get(address);
    return queue === undefined || queue.waiting + queue.outstanding === 0;
  }

  #declare(address: string, terms: QueueArguments): void {
    this.#removeUnused(address);
    this.#declared.declareSent(address, terms, this.#queues.get(address)?.consumed ?? false);
  }

  #removeUnused(address: string): void {
    if (this.#declared.isUnused(address)) this.#drop(address);
  }

  /** A topic fills it no more either. */
  #drop(address: string): void {
    const bound = this.bindings.unbind(address);
    if (bound === false) void this.remove(address);
  }

  #put(message: Message, terms: QueueTerms): readonly [Queue, QueueEntry] {
    this.#removeUnused(message.address);
    const queue = this.#queueOf(message.address);
    if (!queue.hasRoomFor(message)) this.#overflow(queue, message);
    if (!this.#hasRoomFor(bytesOf(message))) this.#overflowAll(queue, message);
    const entry = queue.add(kept(message), terms);
    this.#held.add(entry.bytes);
    if (entry.persistent) this.#parts.journal?.add(entry);
    queue.dispatch();
    this.#forgetIdle(message.address, queue);
    return [queue, entry];
  }

  /** Does something; done when what it changed is on disk. */
  #written<T>(act: () => T): Soon<T> {
    const { journal } = this.#parts;
    if (journal === undefined) return act();
    const before = journal.changes;
    const result = act();
    return journal.changes === before ? result : journal.written().then(() => result);
  }

  #restore({ id, message, priority, expires, deliveries }: KeptMessage, journal: Journal): void {
    const queue = this.#queues.get(message.address) ?? this.#newQueue(message.address);
    const entry = queue.add(message, { priority, expires, persistent: true });
    entry.deliveries = deliveries;
    this.#held.add(entry.bytes);
    journal.add(entry, id);
  }

  #ownerOf(address: string): QueueOwner {
    const { now, journal } = this.#parts;
    const declared = this.#declared;
    return {
      get limits() {
        return declared.limitsOf(address);
      },
      now,
      gone: (entry) => {
        this.#held.remove(entry.bytes);
        journal?.gone(entry);
      },
      given: (entry) => journal?.tried(entry),
      changed: (entry, bytes) => {
        this.#held.add(entry.bytes - bytes);
        journal?.changed(entry);
      },
      lost: (message, why, deliveries, persistent) => {
        if (!isDead(why) || address === this.#parts.deadLetters) this.#parts.dropped?.(message, why);
        else this.#afterwards(() => this.#bury(message, why, deliveries, persistent));
      },
    };
  }

  /** What is one session's own ends with it; a topic does not fill after a restart what was to go by itself. */
  #said(queue: string, terms: QueueArguments | undefined): void {
    if (terms?.owner !== undefined || (isPassing(terms) && this.bindings.has(queue))) return;
    this.#parts.journal?.declare(queue, terms);
  }

  #afterwards(act: () => void): void {
    if (this.#behind === undefined) act();
    else this.#behind.push(act);
  }

  #overflow(queue: Queue, message: Message): void {
    const { overflow } = this.#declared.limitsOf(message.address);
    if (overflow === 'drop-oldest' && queue.makeRoomFor(message)) return;
    this.#forgetIdle(message.address, queue);
    throw this.#full(message.address, queue);
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#held.hasRoomFor(bytes)) return true;
    for (const queue of this.#queues.values()) queue.sweep();
    return this.#held.hasRoomFor(bytes);
  }

  /** A queue makes room out of its own only. */
  #overflowAll(queue: Queue, message: Message): void {
    const drops = this.#declared.limitsOf(message.address).overflow === 'drop-oldest';
    while (!this.#held.hasRoomFor(bytesOf(message))) {
      if (drops && queue.dropOldest()) continue;
      this.#forgetIdle(message.address, queue);
      throw allFull(this.#held);
    }
  }

  #assertRoomFor(address: string, count: number, bytes: number): void {
    if (this.#declared.limitsOf(address).overflow === 'drop-oldest') return;
    const queue = this.#queueOf(address);
    const fits = queue.hasRoomForAll(count, bytes);
    this.#forgetIdle(address, queue);
    if (!fits) throw this.#full(address, queue);
  }

  #full(address: string, queue: Queue): StompwireError {
    return fullQueue(address, queue.waiting, this.#declared.limitsOf(address));
  }

  /** What a topic fills a queue with is nobody's to be refused. */
  #keep(message: Message): Soon<void> {
    const { now, dropped } = this.#parts;
    const failed = (error: unknown): void => {
      if (!(error instanceof StompwireError)) throw error;
      dropped?.(message, 'overflow');
    };
    try {
      const terms = usualTermsOf(message.headers, now());
      const passing = this.#declared.isPassing(message.address);
      const done = this.enqueue(message, passing ? { ...terms, persistent: false } : terms);
      return done instanceof Promise ? done.catch(failed) : done;
    } catch (error) {
      return failed(error);
    }
  }

  /** What was tried in vain is a dead letter; what came too late or was too much is dropped and counted. */
  #bury(message: Message, why: Loss, deliveries: number, persistent: boolean): void {
    const { deadLetters, dropped, died } = this.#parts;
    try {
      this.#put(deadLetterOf(message, deadLetters, why, deliveries), { persistent });
      died?.(message, why);
    } catch (error) {
      if (!(error instanceof StompwireError)) throw error;
      dropped?.(message, why); // the dead letters are full: who refuses a message is not to blame for that
    }
  }

  #forgetIdle(address: string, queue: Queue): void {
    if (queue.idle && this.#queues.get(address) === queue) this.#queues.delete(address);
  }
}

/** A slice pins the whole read that brought it. */
function kept(message: Message): Message {
  return new Message(message, Buffer.from(message.body));
}
