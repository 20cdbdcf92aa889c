// The queues of a single node, in its memory.
import { StompwireError } from '../errors.ts';
import { printable, type Separator } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import type { Consumption, QueueConsumer, QueueLimits, QueueTerms } from '../queue/consumer.ts';
import { deadLetterOf, isDead } from '../queue/dead-letter.ts';
import { bytesOf, type Loss, Queue, type QueueEntry, type QueueOwner } from '../queue/queue.ts';
import { usualTermsOf } from '../queue/terms.ts';
import { MemoryBindings } from './memory-bindings.ts';
import type { Queues } from './queues.ts';

/** What the queues of a node stand on. */
export interface MemoryQueuesParts {
  readonly limits: QueueLimits;
  /** Where dead letters go. */
  readonly deadLetters: string;
  /** How many queues there may be. */
  readonly queues: number;
  /** How many of them topics may fill. */
  readonly bindings: number;
  readonly separator: Separator;
  /** Milliseconds since the epoch of Unix. */
  readonly now: () => number;
  /** Hears of each message that nobody acknowledged and that is not a dead letter either. */
  readonly dropped?: (message: Message, why: Loss) => void;
  /** Hears of each message that became a dead letter. */
  readonly died?: (message: Message, why: Loss) => void;
}

/** The readable reference of the port. A queue exists while something waits in it or somebody consumes. */
export class MemoryQueues implements Queues {
  readonly bindings: MemoryBindings;
  readonly #parts: MemoryQueuesParts;
  readonly #queues = new Map<string, Queue>();

  constructor(parts: MemoryQueuesParts) {
    this.#parts = parts;
    this.bindings = new MemoryBindings({
      ...parts,
      keep: (message) => this.#keep(message),
      remove: (queue) => this.remove(queue),
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

  enqueue(message: Message, terms: QueueTerms = {}): void {
    const queue = this.#queueOf(message.address);
    if (!queue.hasRoomFor(message)) this.#overflow(queue, message);
    queue.add(kept(message), terms);
    queue.dispatch();
    this.#forgetIdle(message.address, queue);
  }

  consume(destination: string, consumer: QueueConsumer): Consumption {
    const queue = this.#queueOf(destination);
    const consumption = queue.consume(consumer);
    return {
      begin: () => consumption.begin(),
      acknowledge: (tag) => consumption.acknowledge(tag),
      refuse: (tag, requeue) => consumption.refuse(tag, requeue),
      cancel: () => {
        void consumption.cancel();
        this.#forgetIdle(destination, queue);
      },
    };
  }

  remove(destination: string): void {
    this.#queues.get(destination)?.end();
    this.#queues.delete(destination);
  }

  /** Where the oldest make room, all fits. */
  assertRoom(messages: readonly Message[]): void {
    if (this.#parts.limits.overflow === 'drop-oldest') return;
    const wanted = new Map<string, { count: number; bytes: number }>();
    for (const message of messages) {
      const sum = wanted.get(message.address) ?? { count: 0, bytes: 0 };
      wanted.set(message.address, { count: sum.count + 1, bytes: sum.bytes + bytesOf(message) });
    }
    for (const [address, { count, bytes }] of wanted) this.#assertRoomFor(address, count, bytes);
  }

  /** Takes out what has expired; to be called now and then. */
  sweep(): void {
    for (const [address, queue] of this.#queues) {
      queue.sweep();
      this.#forgetIdle(address, queue);
    }
  }

  #queueOf(address: string): Queue {
    const known = this.#queues.get(address);
    if (known !== undefined) return known;
    if (this.#queues.size >= this.#parts.queues) {
      throw new StompwireError(
        'queue-full',
        `'${printable(address)}': there are maxQueues=${this.#parts.queues} queues already`,
      );
    }
    const queue = new Queue(this.#ownerOf(address));
    this.#queues.set(address, queue);
    return queue;
  }

  #ownerOf(address: string): QueueOwner {
    const { limits, now } = this.#parts;
    return {
      limits,
      now,
      gone: (_entry: QueueEntry) => {},
      lost: (message, why, deliveries) => this.#lost(address, message, why, deliveries),
    };
  }

  #overflow(queue: Queue, message: Message): void {
    if (this.#parts.limits.overflow === 'drop-oldest' && queue.makeRoomFor(message)) return;
    this.#forgetIdle(message.address, queue);
    throw this.#full(message.address, queue);
  }

  #assertRoomFor(address: string, count: number, bytes: number): void {
    const queue = this.#queueOf(address);
    const fits = queue.hasRoomForAll(count, bytes);
    this.#forgetIdle(address, queue);
    if (!fits) throw this.#full(address, queue);
  }

  #full(address: string, queue: Queue): StompwireError {
    const { count, bytes } = this.#parts.limits;
    return new StompwireError(
      'queue-full',
      `'${printable(address)}' holds ${queue.waiting} messages; it may hold queueCount=${count} and queueBytes=${bytes}`,
    );
  }

  /** What a topic fills a queue with is nobody's to be refused. */
  #keep(message: Message): void {
    try {
      this.enqueue(message, usualTermsOf(message.headers, this.#parts.now()));
    } catch (error) {
      if (!(error instanceof StompwireError)) throw error;
      this.#parts.dropped?.(message, 'overflow');
    }
  }

  /** What was tried in vain is a dead letter; what came too late or was too much is dropped and counted. */
  #lost(address: string, message: Message, why: Loss, deliveries: number): void {
    const { deadLetters, dropped, died } = this.#parts;
    if (!isDead(why) || address === deadLetters) return dropped?.(message, why);
    try {
      this.enqueue(deadLetterOf(message, deadLetters, why, deliveries));
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
  return message.with({ body: Buffer.from(message.body) });
}
