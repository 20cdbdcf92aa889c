// PORT: the queues that some relays keep, where one of many consumers gets each message.
import type { Soon } from '../channel/channel.ts';
import type { Message } from '../message/message.ts';
import type { Position } from '../message/position.ts';
import type { Consumption, QueueArguments, QueueConsumer, QueueTerms } from '../queue/consumer.ts';

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
  /**
   * Puts a message into the queue of its address; done when it is kept. Rejects with `queue-full`.
   *
   * @throws {StompwireError} as of {@link declare}, when the message says what its queue is like; not within a transaction
   */
  enqueue(message: Message, terms?: QueueTerms): Soon<void>;
  /**
   * Adds a consumer; nothing is delivered before it begins. A pattern stands for all queues that fit it, those to come
   * included, but for what is exclusive to somebody else; the bound of the consumer is one over all of them.
   *
   * @param terms - what the queue is like, from now on, until it is gone by what they say; none: as it was
   * @throws {StompwireError} `bad-header` when something else was said before, or of a pattern, `denied` when it is somebody
   * else's, `queue-full` when there are too many that something was said of
   */
  consume(destination: string, consumer: QueueConsumer, terms?: QueueArguments): Soon<Consumption>;
  /**
   * Says what a queue is like without consuming; it stays for as long as it may without a consumer. Whose it is only who
   * consumes can say: it is refused as `denied` where that is not so already.
   *
   * @throws {StompwireError} as of {@link consume}
   */
  declare(destination: string, terms: QueueArguments): Soon<void>;
  /** Ends a queue with all that waits in it: nobody comes for that any more. One that is not there is no error. */
  remove(destination: string): Soon<void>;
  /** Messages that wait, and that are unacknowledged, over all queues of this node's knowledge. */
  readonly size: { readonly waiting: number; readonly outstanding: number };
  /** The bytes of all of them, where this process holds them. */
  readonly bytes?: number;
  /** The queues that topics fill, where these queues can be filled so. */
  readonly bindings?: Bindings;
  /**
   * Refuses what would not all fit, before any of it is queued: a transaction is done as a whole. Queues that
   * refuse it within {@link Relay.together} need no such thing.
   *
   * @throws {StompwireError} `queue-full`
   */
  assertRoom?(messages: readonly Message[]): void;
}

/**
 * Queues that topics fill, for subscribers who are away. A binding outlives the session that asked for it, and its
 * queue: what is published to its source, by any node and logged or plain, is put into the queue by the relay, once,
 * with the queue as its `address` and with the terms that its headers give (`usualTermsOf`). A queue that is full loses
 * it by the overflow policy, counted; the publisher is not told.
 */
export interface Bindings {
  /**
   * Done when every later message will be kept. Another source takes the place of the first, and what waited for
   * that is dropped. Rejects with `too-many-durable-subscriptions`.
   *
   * @param queue - the address of a queue; no client can name it
   * @param source - a destination or a pattern
   * @param terms - what is said of it, from the first message on; of one that goes by itself by who consumes, as soon as
   * this is done: it is filled from then on, and bound no more when it is gone
   * @param owner - who is about to consume
   * @throws {StompwireError} as {@link Queues.consume}; then nothing has changed
   */
  bind(queue: string, source: string, terms?: QueueArguments, owner?: string): Soon<void>;
  /** Ends a binding, and the queue with all that waits in it. @returns whether there was one */
  unbind(queue: string): Soon<boolean>;
  /**
   * Takes the body and the headers of a message of a log away from its copies in the queues that it filled, and among
   * the dead letters. Once that is done, whoever is given one, for the first time or again, is given a tombstone, as of
   * the log.
   *
   * @returns whether there was a copy
   */
  redact(destination: string, position: Position): Soon<boolean>;
  /**
   * Takes out the copies of what a log has up to a position, dead letters too; of what somebody has, none comes again.
   * They count as expired.
   */
  clear(destination: string, upTo: Position): Soon<void>;
}
