// What a queue and those who take from it know of each other.
import type { Soon } from '../channel/channel.ts';
import type { Message } from '../message/message.ts';
import type { Credit } from './credit.ts';

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

/** What who subscribes says of the queue itself [RabbitMQ, queue arguments]. Times in milliseconds. */
export interface QueueArguments {
  /** How long a message may wait (`x-message-ttl`). */
  readonly ttl?: number;
  /** After how long without a consumer the queue is gone, with what waits in it (`x-expires`). */
  readonly unused?: number;
  /** How many messages may wait; the oldest makes room for one more (`x-max-length`). */
  readonly count?: number;
  /** Whether the queue is gone with its last consumer. */
  readonly autoDelete?: boolean;
  /** The only session that may consume. */
  readonly owner?: string;
}

/** How a message is to be queued. */
export interface QueueTerms {
  /** 0 to 9; higher ones are delivered first. */
  readonly priority?: number;
  /** When it is of no use any more, in milliseconds since the epoch of Unix. */
  readonly expires?: number;
  /** Whether it is to survive a restart, where the queue is kept on disk. */
  readonly persistent?: boolean;
  /** What is said of its queue, in the step that puts it there: where that is refused, so is the message. */
  readonly declares?: QueueArguments;
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
  /** Whether it is about to end: what it would be given is better given to another. */
  readonly leaving?: boolean;
  /** What it may have together with others; without it, `prefetch` alone bounds it. */
  readonly credit?: Credit;
  /** Whose it is: a queue may be one session's own. */
  readonly owner?: string;
  /** Takes a delivery. It must not throw. */
  take(delivery: QueueDelivery): void;
}

/** What a consumer can do with what it was given. A tag that is not outstanding is refused: `false`. */
export interface Consumption {
  /** From now on there are deliveries; the first may be made before this returns. */
  begin(): void;
  acknowledge(tag: number): Soon<boolean>;
  /** Whether a tag is outstanding; where others may have it taken away meanwhile, absent: who acknowledges is told. */
  knows?(tag: number): boolean;
  /** Gives a delivery back: to the queue, or with `requeue` false to the dead letters. */
  refuse(tag: number, requeue: boolean): Soon<boolean>;
  /** Ends; what is outstanding goes back to the queue, in its old place. Twice is harmless. */
  cancel(): Soon<void>;
}
