// A subscription that takes from a queue: gives its client what it has credit for, and hears what was dealt with.
import type { Broker } from '../broker/broker.ts';
import type { Channel, Soon } from '../channel/channel.ts';
import { markInLine } from '../channel/in-line.ts';
import { InOrder } from '../channel/in-order.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { Delivery, Outbound, SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import type { Consumption, QueueArguments, QueueConsumer, QueueDelivery } from '../queue/consumer.ts';
import { type AckMode, type Claim, Outstanding } from './outstanding.ts';
import type { SessionServices } from './services.ts';
import { type SubscribingSession, Subscription } from './subscription.ts';

/** The session of such a subscription. */
export interface AcknowledgingSession extends SubscribingSession, SessionView {
  readonly services: Pick<SessionServices, 'log' | 'clock' | 'counters' | 'replay'>;
  /** More waits for the client than may wait. */
  overflowed(): void;
  readonly subscriptions: ReadonlyMap<string, Subscription> | undefined;
  /** Finds what its ACKs name. */
  readonly acks:
    | {
        add(subscription: AcknowledgedSubscription): void;
        remove(subscription: AcknowledgedSubscription): void;
        readonly held: { taken(address: string): Soon<void> } | undefined;
      }
    | undefined;
}

/** How a client wants to be given messages. */
export interface AckTerms {
  /** `auto`: a delivery is acknowledged when the connection has taken it. */
  readonly mode: 'auto' | AckMode;
  /** Deliveries that may be unacknowledged at a time. */
  readonly prefetch: number;
  /** Tells this subscription from the others of its session, in what its ACKs name. */
  readonly serial: number;
  /** Whether a MESSAGE names itself for ACK and NACK [STOMP 1.2, MESSAGE]. */
  readonly tellsAckId: boolean;
  /** Whether every MESSAGE says if it was delivered before, or only one that was. */
  readonly alwaysTells: boolean;
  /** The interceptors of messages on their way out; none: nobody looks, or did so already. */
  readonly outbound?: Channel<Outbound> | undefined;
  /** The interceptors of its deliveries. */
  readonly line: Channel<Delivery> | undefined;
  /** What its queue is to be like. */
  readonly declared?: QueueArguments | undefined;
}

/** So many bytes may wait in the outbox before deliveries are held back here. */
const credit = 128 * 1024;

/** Takes deliveries, one after another, and keeps what is outstanding. */
export abstract class AcknowledgedSubscription extends Subscription implements QueueConsumer {
  /** To the queue nothing is acknowledged by itself: also what a broken connection had not taken comes again. */
  readonly auto = false;
  readonly prefetch: number;
  readonly serial: number;
  leaving = false;
  /** What the client has still to acknowledge; none: it acknowledges nothing. */
  readonly outstanding: Outstanding | undefined;
  protected readonly session: AcknowledgingSession;
  protected consumption: Consumption | undefined;
  protected readonly declared: QueueArguments | undefined;
  readonly #terms: AckTerms;
  readonly #intercepted: boolean;
  readonly #credit: number;
  readonly #order = new InOrder();
  /** What waits for credit. */
  #held: QueueDelivery[] = [];
  /** What is on its way to a client that acknowledges nothing. */
  #sent: number[] = [];

  constructor(session: AcknowledgingSession, view: SubscriptionView, address: string, terms: AckTerms) {
    super(session, view, address);
    this.session = session;
    this.prefetch = terms.prefetch;
    this.serial = terms.serial;
    this.outstanding = terms.mode === 'auto' ? undefined : new Outstanding(terms.mode, !terms.tellsAckId);
    this.declared = terms.declared;
    this.#terms = terms;
    this.#intercepted = terms.line !== undefined || terms.outbound?.empty === false;
    this.#credit = Math.min(credit, session.outbox.limit / 2);
  }

  /** Whether its queue is the broker's, and not this session's own. */
  get shared(): boolean {
    return true;
  }

  /** Whether it takes from its queue still. */
  get active(): boolean {
    return this.consumption !== undefined;
  }

  /** Whether the queue would know of these still: one that has ended does not. */
  holds(tags: readonly number[]): boolean {
    const { consumption } = this;
    return consumption !== undefined && tags.every((tag) => consumption.knows?.(tag) ?? true);
  }

  /** From now on there are deliveries; until then what is for it waits. */
  start(): void {
    this.consumption?.begin();
  }

  /**
   * A delivery, in mode `client` with all before it, was dealt with; see {@link settle}.
   *
   * @throws {StompwireError} `unknown-delivery`
   */
  answered(tag: number, requeue?: boolean): Soon<void> {
    const tags = this.outstanding?.settle(tag) ?? [];
    if (tags.length === 0) throw unknownDelivery(this.#ackIdOf(tag));
    return this.settle(tags, requeue);
  }

  /**
   * Takes a delivery, in mode `client` with all before it, out of what is outstanding.
   *
   * @throws {StompwireError} `unknown-delivery`
   */
  claim(tag: number): Claim {
    const claim = this.outstanding?.claim(tag);
    if (claim === undefined || claim.tags.length === 0) throw unknownDelivery(this.#ackIdOf(tag));
    return claim;
  }

  /**
   * Tells the queue what became of deliveries; what it is told later stands behind that.
   *
   * @param requeue - of a NACK: whether they may come again; none: it is an ACK
   * @throws {StompwireError} `unknown-delivery`: the queue has given them to somebody else
   */
  settle(tags: readonly number[], requeue?: boolean): Soon<void> {
    let slow: Promise<void>[] | undefined;
    for (const tag of tags) {
      const done = this.#tell(tag, requeue);
      if (done instanceof Promise) (slow ??= []).push(done.then((known) => this.#assertKnown(known, tag)));
      else this.#assertKnown(done, tag);
    }
    return slow && markInLine(slow.length === 1 ? slow[0]! : Promise.all(slow).then(() => {}));
  }

  take(delivery: QueueDelivery): void {
    this.outstanding?.add(delivery.tag, delivery.message.id);
    if (this.#held.length === 0 && this.#hasCredit) return this.#give(delivery);
    this.#held.push(delivery);
    if (this.#held.length === 1) this.outbox.whenTaken(this.#goOn);
  }

  /** What the client had not acknowledged goes back to the queue. */
  override end(_broker: Broker): Soon<void> {
    const { consumption } = this;
    if (consumption === undefined) return;
    this.leaving = true;
    if (!this.outbox.closed) this.#acknowledgeSent();
    this.consumption = undefined;
    this.#held = [];
    this.#sent = [];
    this.session.acks?.remove(this);
    return consumption.cancel();
  }

  /** It has a queue to take from, and can be found by what its deliveries are named. */
  protected joined(consumption: Consumption): void {
    this.consumption = consumption;
    this.session.acks?.add(this);
  }

  get #hasCredit(): boolean {
    return this.outbox.held < this.#credit;
  }

  readonly #goOn = (): void => {
    if (!this.active) return;
    while (this.#held.length > 0 && this.#hasCredit) this.#give(this.#held.shift()!);
    if (this.#held.length > 0) this.outbox.whenTaken(this.#goOn);
  };

  #give(delivery: QueueDelivery): void {
    const message = this.session.services.replay?.lately.seen(delivery.message) ?? delivery.message;
    if (!this.#intercepted && !this.#order.waits) this.#send(delivery, message);
    else this.#order.run(() => this.#pass(delivery, message));
  }

  /** What an interceptor drops is acknowledged: nobody else shall have it either. */
  #pass(delivery: QueueDelivery, whole: Message): Promise<void> | undefined {
    let sent = false;
    const send = ({ message }: Outbound): void => {
      sent = true;
      this.#send(delivery, message);
    };
    const after = (): void => {
      if (!sent) this.drop(delivery.tag);
    };
    try {
      const done = this.#intercept(whole, send);
      if (done instanceof Promise) return done.then(after, (error) => this.#failed(error, after));
      after();
    } catch (error) {
      this.#failed(error, after);
    }
    return undefined;
  }

  #intercept(message: Message, send: (passed: Outbound) => void): Soon<void> {
    const { id, destination, session } = this;
    const { outbound, line } = this.#terms;
    const subscription = { id, destination };
    const each = (passed: Outbound): Soon<void> =>
      line === undefined ? send(passed) : line.run({ message: passed.message, session, subscription }, send);
    return outbound === undefined ? each({ message }) : outbound.run({ message }, each);
  }

  #failed(err: unknown, after: () => void): void {
    const { services, id: session } = this.session;
    services.log.warn({ session, subscription: this.id, err }, 'an outbound interceptor failed');
    after();
  }

  #send({ tag, deliveries }: QueueDelivery, message: Message): void {
    if (!this.active) return;
    const { tellsAckId, alwaysTells } = this.#terms;
    const own: string[] = [];
    if (tellsAckId) own.push('ack', this.#ackIdOf(tag));
    if (deliveries > 1) own.push('redelivered', 'true', 'delivery-count', String(deliveries));
    else if (alwaysTells) own.push('redelivered', 'false');
    this.outbox.deliverAlone(message, this.wireId, own);
    if (this.outstanding === undefined) this.#isSent(tag);
  }

  #isSent(tag: number): void {
    this.#sent.push(tag);
    if (this.#sent.length === 1) this.outbox.whenTaken(() => this.#acknowledgeSent());
  }

  /** The connection has taken it: that is all that a client in mode `auto` says. */
  #acknowledgeSent(): void {
    if (!this.active) return;
    const sent = this.#sent;
    this.#sent = [];
    for (const tag of sent) this.#tellOnly(tag);
  }

  /** Acknowledges a delivery that the client never sees. */
  protected drop(tag: number): void {
    this.outstanding?.drop(tag);
    this.#tellOnly(tag);
  }

  #tellOnly(tag: number): void {
    const done = this.#tell(tag);
    const { services, id: session } = this.session;
    if (done instanceof Promise)
      done.catch((err: unknown) =>
        services.log.warn({ session, subscription: this.id, err }, 'a delivery was not acknowledged'),
      );
  }

  #tell(tag: number, requeue?: boolean): Soon<boolean> {
    const { consumption } = this;
    if (consumption === undefined) return false;
    return requeue === undefined ? consumption.acknowledge(tag) : consumption.refuse(tag, requeue);
  }

  #assertKnown(known: boolean, tag: number): void {
    if (!known) throw unknownDelivery(this.#ackIdOf(tag));
  }

  #ackIdOf(tag: number): string {
    return `${this.serial}-${tag}`;
  }
}

/** The refusal of an ACK or NACK. */
export function unknownDelivery(name: string): StompwireError {
  return new StompwireError(
    'unknown-delivery',
    `'${printable(name)}' waits for no ACK or NACK: it was acknowledged, or never delivered here`,
  );
}
