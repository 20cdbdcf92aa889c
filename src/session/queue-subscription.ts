// What subscriptions take from: a queue of the broker's, one that a topic fills while its client is away, one of their own.
import { Buffer } from 'node:buffer';
import { type Broker, isExcluded } from '../broker/broker.ts';
import type { Soon } from '../channel/channel.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import { isPattern } from '../message/destination.ts';
import { Message } from '../message/message.ts';
import type { Consumption, QueueDelivery, QueueLimits } from '../queue/consumer.ts';
import { Queue } from '../queue/queue.ts';
import { usualTermsOf } from '../queue/terms.ts';
import type { Bindings, Queues } from '../relay/queues.ts';
import {
  AcknowledgedSubscription,
  type AcknowledgingSession,
  type AckTerms,
} from './acknowledged-subscription.ts';

/** Takes from a queue of the broker's, beside other consumers. */
export class QueueSubscription extends AcknowledgedSubscription {
  /** The queues of a pattern lie here and there: the relay sees where a delivery came from. */
  override get shared(): boolean {
    return !isPattern(this.address);
  }

  override begin(broker: Broker): Soon<void> {
    const consumption = queuesOf(broker).consume(this.address, this, this.declared);
    if (consumption instanceof Promise) return consumption.then((begun) => this.#join(begun));
    return this.#join(consumption);
  }

  override take(delivery: QueueDelivery): void {
    this.session.services.counters.taken.add();
    super.take(delivery);
  }

  /** Who has left while the queue was asked for takes nothing. */
  #join(consumption: Consumption): Soon<void> {
    if (this.session.subscriptions?.get(this.id) !== this) return consumption.cancel();
    this.joined(consumption);
    return this.session.acks?.held?.taken(this.address);
  }
}

/** Takes from the queue that a topic fills, whether its client is there or not. */
export class DurableSubscription extends QueueSubscription {
  /** It lies where its topic does: the relay sees whether that is together with the rest of a transaction. */
  override get shared(): boolean {
    return false;
  }

  override begin(broker: Broker): Soon<void> {
    const { address, destination, declared, owner } = this;
    const bound = bindingsOf(broker).bind(address, destination, declared, owner);
    return bound instanceof Promise ? bound.then(() => super.begin(broker)) : super.begin(broker);
  }

  /** What this session has sent, and shall not hear here, is in its queue nevertheless. */
  override take(delivery: QueueDelivery): void {
    const { excludes } = delivery.message;
    if (excludes !== undefined && isExcluded(this, excludes)) this.drop(delivery.tag);
    else super.take(delivery);
  }
}

/** Takes from a queue of its own: what is delivered there waits until it may be given. */
export class TopicQueueSubscription extends AcknowledgedSubscription {
  readonly #queue: Queue;

  /** @param lost - hears of messages that were tried in vain */
  constructor(
    session: AcknowledgingSession,
    view: SubscriptionView,
    address: string,
    terms: AckTerms & { readonly limits: QueueLimits },
    lost: (message: Message) => void,
  ) {
    super(session, view, address, terms);
    this.#queue = new Queue({ limits: terms.limits, now: session.services.clock, lost, gone: () => {} });
  }

  override get shared(): boolean {
    return false;
  }

  override begin(broker: Broker): Soon<void> {
    this.joined(this.#queue.consume(this));
    return broker.subscribe(this.address, this);
  }

  override end(broker: Broker): Soon<void> {
    if (!this.active) return;
    void super.end(broker);
    return broker.unsubscribe(this.address, this);
  }

  /** More than may wait means a client that does not keep up, as with one that does not read. */
  override deliver(message: Message): void {
    if (!this.active) return;
    if (!this.#queue.hasRoomFor(message)) return this.session.overflowed();
    const { expires } = usualTermsOf(message.headers, this.session.services.clock());
    const kept = new Message(message, Buffer.from(message.body));
    this.#queue.add(kept, expires === undefined ? {} : { expires });
    this.#queue.dispatch();
  }
}

/** @throws {StompwireError} `not-supported` */
export function queuesOf({ queues }: Broker): Queues {
  if (queues === undefined) throw new StompwireError('not-supported', 'this broker keeps no queues');
  return queues;
}

/** @throws {StompwireError} `not-supported` */
export function bindingsOf(broker: Broker): Bindings {
  const { bindings } = queuesOf(broker);
  if (bindings !== undefined) return bindings;
  throw new StompwireError('not-supported', 'durable: this broker keeps nothing of topics for who is away');
}
