// A subscription that takes from a queue: the broker's, or one of its own that a topic fills.
import { Buffer } from 'node:buffer';
import type { Broker } from '../broker/broker.ts';
import type { Channel, Soon } from '../channel/channel.ts';
import { InOrder } from '../channel/in-order.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { Delivery, SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import type { Consumption, QueueConsumer, QueueDelivery, QueueLimits } from '../queue/consumer.ts';
import { Queue } from '../queue/queue.ts';
import { type AckMode, Outstanding } from './outstanding.ts';
import type { SessionServices } from './services.ts';
import { type SubscribingSession, Subscription } from './subscription.ts';

/** The session of such a subscription. */
export interface AcknowledgingSession extends SubscribingSession, SessionView {
  readonly services: Pick<SessionServices, 'log' | 'clock'>;
  /** More waits for the client than may wait. */
  overflowed(): void;
  readonly subscriptions: ReadonlyMap<string, Subscription> | undefined;
}

/** How a client wants to be given messages. */
export interface AckTerms {
  /** `auto`: a delivery is acknowledged when it is made. */
  readonly mode: 'auto' | AckMode;
  /** Deliveries that may be unacknowledged at a time; 0: no bound. */
  readonly prefetch: number;
  /** Tells this subscription from the others of its session, in what its ACKs name. */
  readonly serial: number;
  /** Whether every MESSAGE says if it was delivered before, or only one that was. */
  readonly alwaysTells: boolean;
  /** The interceptors of its deliveries. */
  readonly line: Channel<Delivery> | undefined;
}

/** Takes deliveries, one after another, and keeps what is outstanding. */
export abstract class AcknowledgedSubscription extends Subscription implements QueueConsumer {
  readonly auto: boolean;
  readonly prefetch: number;
  readonly outstanding: Outstanding | undefined;
  protected readonly session: AcknowledgingSession;
  protected consumption: Consumption | undefined;
  readonly #terms: AckTerms;
  readonly #order = new InOrder();

  constructor(session: AcknowledgingSession, view: SubscriptionView, address: string, terms: AckTerms) {
    super(session, view, address);
    this.session = session;
    this.auto = terms.mode === 'auto';
    this.prefetch = terms.prefetch;
    this.outstanding = terms.mode === 'auto' ? undefined : new Outstanding(terms.mode);
    this.#terms = terms;
  }

  /** [STOMP 1.2, MESSAGE] the `ack` header: what ACK and NACK name. */
  ackIdOf(tag: number): string {
    return `${this.#terms.serial}-${tag}`;
  }

  /**
   * Settles a delivery, in mode `client` with all before it.
   *
   * @param requeue - of a NACK: whether it may come again; none: it is an ACK
   * @throws {StompwireError} `unknown-delivery`
   */
  settle(tag: number, requeue?: boolean): Soon<void> {
    const tags = this.outstanding?.settle(tag) ?? [];
    if (tags.length === 0) throw unknownDelivery(this.ackIdOf(tag));
    const slow: Promise<unknown>[] = [];
    for (const one of tags) {
      const done = this.#tell(one, requeue);
      if (done instanceof Promise) slow.push(done);
    }
    return slow.length === 0 ? undefined : Promise.all(slow).then(() => {});
  }

  take(delivery: QueueDelivery): void {
    this.outstanding?.add(delivery.tag, delivery.message.id);
    const { line } = this.#terms;
    if (line === undefined && !this.#order.waits) this.#send(delivery, delivery.message);
    else this.#order.run(() => this.#pass(delivery, line));
  }

  override end(_broker: Broker): Soon<void> {
    const { consumption } = this;
    this.consumption = undefined;
    return consumption?.cancel();
  }

  /** What an interceptor drops is acknowledged: nobody else shall have it either. */
  #pass(delivery: QueueDelivery, line: Channel<Delivery> | undefined): Promise<void> | undefined {
    const { id, destination, session } = this;
    let sent = false;
    const send = ({ message }: Pick<Delivery, 'message'>): void => {
      sent = true;
      this.#send(delivery, message);
    };
    const after = (): void => {
      if (!sent) this.#drop(delivery.tag);
    };
    const failed = (err: unknown): void => {
      session.services.log.warn(
        { session: session.id, subscription: id, err },
        'an outbound interceptor failed',
      );
      after();
    };
    try {
      const context = { message: delivery.message, session, subscription: { id, destination } };
      const done = line === undefined ? send(context) : line.run(context, send);
      if (done instanceof Promise) return done.then(after, failed);
      after();
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  #send({ tag, deliveries }: QueueDelivery, message: Message): void {
    if (this.consumption === undefined && this.auto) return;
    const own: string[] = [];
    if (!this.auto) own.push('ack', this.ackIdOf(tag));
    if (deliveries > 1) own.push('redelivered', 'true', 'delivery-count', String(deliveries));
    else if (this.#terms.alwaysTells) own.push('redelivered', 'false');
    const sent = own.length === 0 ? message : message.with({ headers: [...own, ...message.headers] });
    this.outbox.deliverAlone(sent, this.wireId);
  }

  #drop(tag: number): void {
    if (this.outstanding?.settle(tag).length) void this.#tell(tag);
  }

  #tell(tag: number, requeue?: boolean): Soon<unknown> {
    const { consumption } = this;
    return requeue === undefined ? consumption?.acknowledge(tag) : consumption?.refuse(tag, requeue);
  }
}

/** Takes from a queue of the broker's, beside other consumers. */
export class QueueSubscription extends AcknowledgedSubscription {
  override begin(broker: Broker): Soon<void> {
    const { queues } = broker;
    if (queues === undefined) throw new StompwireError('not-supported', 'this broker keeps no queues');
    const consumption = queues.consume(this.address, this);
    return consumption instanceof Promise
      ? consumption.then((begun) => this.#begin(begun))
      : this.#begin(consumption);
  }

  /** Who has left while the queue was asked for takes nothing. */
  #begin(consumption: Consumption): Soon<void> {
    if (this.session.subscriptions?.get(this.id) !== this) return consumption.cancel();
    this.consumption = consumption;
    consumption.begin();
  }
}

/** Takes from a queue of its own that a topic fills: what is delivered there waits until it may be given. */
export class TopicQueueSubscription extends AcknowledgedSubscription {
  readonly #queue: Queue;
  readonly #excess: (message: Message) => void;

  /** @param excess - hears of messages that were tried in vain, or that were too many */
  constructor(
    session: AcknowledgingSession,
    view: SubscriptionView,
    address: string,
    terms: AckTerms & { readonly limits: QueueLimits },
    excess: (message: Message) => void,
  ) {
    super(session, view, address, terms);
    this.#excess = excess;
    this.#queue = new Queue({
      limits: terms.limits,
      now: session.services.clock,
      lost: (message) => this.#excess(message),
      gone: () => {},
    });
  }

  override begin(broker: Broker): Soon<void> {
    this.consumption = this.#queue.consume(this);
    this.consumption.begin();
    return broker.subscribe(this.address, this);
  }

  override end(broker: Broker): Soon<void> {
    void super.end(broker);
    return broker.unsubscribe(this.address, this);
  }

  /** More than may wait means a client that does not keep up, as with one that does not read. */
  override deliver(message: Message): void {
    if (this.consumption === undefined) return;
    if (!this.#queue.hasRoomFor(message)) return this.session.overflowed();
    this.#queue.add(message.with({ body: Buffer.from(message.body) }), {});
    this.#queue.dispatch();
  }
}

/** The refusal of an ACK or NACK. */
export function unknownDelivery(name: string): StompwireError {
  return new StompwireError(
    'unknown-delivery',
    `'${printable(name)}' waits for no ACK or NACK: it was acknowledged, or never delivered here`,
  );
}
