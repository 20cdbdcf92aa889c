// PORT: the queues that some relays keep, where one of many consumers gets each message.
import type { Soon } from '../channel/channel.ts';
import type { Message } from '../message/message.ts';
import type { Consumption, QueueConsumer, QueueTerms } from '../queue/consumer.ts';

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
  /** Adds a consumer; nothing is delivered before it begins. */
  consume(destination: string, consumer: QueueConsumer): Soon<Consumption>;
  /** Messages that wait, and that are unacknowledged, over all queues of this node's knowledge. */
  readonly size: { readonly waiting: number; readonly outstanding: number };
}
