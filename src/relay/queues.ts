// PORT: queues, where one of many consumers gets each message; some relays keep them.
import type { Soon } from '../channel/channel.ts';
import type { Message } from '../message/message.ts';

/** How a queue is bounded, and how often it tries. Times in milliseconds. */
export interface QueueLimits {
  /** Messages that may wait. */
  readonly count: number;
  /** Bytes of bodies and headers that may wait. */
  readonly bytes: number;
  /** How long a message may wait; 0: whatever its age. */
  readonly age: number;
  /** What happens to one too many: it is refused with `queue-full`, or the oldest makes room. */
  readonly overflow: 'reject' | 'drop-oldest';
  /** After so many deliveries without an acknowledgement a message is a dead letter. */
  readonly tries: number;
}

/** How a message is to be queued. */
export interface QueueTerms {
  /** 0 to 9; higher ones are delivered first. */
  readonly priority?: number;
  /** When it is of no use any more, in milliseconds since the epoch of Unix. */
  readonly expires?: number;
}

/** A message that a consumer has been given. */
export interface QueueDelivery {
  readonly message: Message;
  /** Names this delivery among those of its consumer. */
  readonly tag: number;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
}

/** Who takes messages from a queue. */
export interface QueueConsumer {
  /** How many deliveries may be unacknowledged at a time; 0: no bound. */
  readonly prefetch: number;
  /** Whether a delivery counts as acknowledged when it is made. */
  readonly auto: boolean;
  /** Takes a delivery. It must not throw. */
  take(delivery: QueueDelivery): void;
}

/** What a consumer can do with what it was given. A tag that is not outstanding is refused: `false`. */
export interface Consumption {
  acknowledge(tag: number): Soon<boolean>;
  /** Gives a delivery back: to the queue, or with `requeue` false to the dead letters. */
  refuse(tag: number, requeue: boolean): Soon<boolean>;
  /** Ends; what is outstanding goes back to the queue, in its old place. Twice is harmless. */
  cancel(): Soon<void>;
}

/**
 * Keeps queues. Guarantees:
 * - each message is with one consumer at a time, and gone only when it is acknowledged, expired, dropped by the
 *   overflow policy, or dead;
 * - order: of one priority in the order of `enqueue`, also what came back: it goes before what came later;
 * - fair: consumers take turns, those that have all they may have unacknowledged are passed over;
 * - a message given back too often goes to the dead-letter queue, with `dead-letter-reason`,
 *   `dead-letter-destination` and `delivery-count` among its headers; from there it is dropped and counted.
 */
export interface Queues {
  /** Puts a message into the queue of its address; done when it is kept. Rejects with `queue-full`. */
  enqueue(message: Message, terms?: QueueTerms): Soon<void>;
  /** Adds a consumer; messages may be delivered before this returns. */
  consume(destination: string, consumer: QueueConsumer): Soon<Consumption>;
  /** Messages that wait, and that are unacknowledged, over all queues of this node's knowledge. */
  readonly size: { readonly waiting: number; readonly outstanding: number };
}
