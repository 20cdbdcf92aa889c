// A subscription whose deliveries pass interceptors of their own, each for this session alone.
import type { Channel } from '../channel/channel.ts';
import { InOrder } from '../channel/in-order.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { Delivery, SubscriptionView } from '../channel/outbound.ts';
import type { Message } from '../message/message.ts';
import type { SessionOptions, SessionServices } from './services.ts';
import { type SubscribingSession, Subscription } from './subscription.ts';

/** The session of such a subscription. */
export interface WatchedSession extends SubscribingSession, SessionView {
  readonly services: Pick<SessionServices, 'log'> & { readonly options: Pick<SessionOptions, 'outboxBytes'> };
  readonly subscriptions: ReadonlyMap<string, Subscription> | undefined;
  /** More waits than may wait. */
  overflowed(): void;
}

/**
 * What an interceptor leaves as it is goes on sharing its bytes with all who hear it. Messages behind one that
 * takes its time wait, in their order, up to `outboxBytes`.
 */
export class WatchedSubscription extends Subscription {
  readonly #line: Channel<Delivery>;
  readonly #session: WatchedSession;
  readonly #order = new InOrder();
  #waitingBytes = 0;
  #overflowed = false;

  constructor(session: WatchedSession, view: SubscriptionView, address: string, line: Channel<Delivery>) {
    super(session, view, address);
    this.#session = session;
    this.#line = line;
  }

  override deliver(message: Message): void {
    if (this.#overflowed) return;
    if (this.#order.waits) this.#wait(message);
    else this.#order.run(() => this.pass(message));
  }

  /** Done when all that was delivered has passed; none: it has. */
  protected get settled(): Promise<void> | undefined {
    return this.#order.settled;
  }

  #wait(message: Message): void {
    const bytes = message.body.length + overhead;
    this.#waitingBytes += bytes;
    this.#overflowed = this.#waitingBytes > this.#session.services.options.outboxBytes;
    if (this.#overflowed) return this.#session.overflowed();
    this.#order.run(() => {
      this.#waitingBytes -= bytes;
      return this.pass(message);
    });
  }

  /**
   * Takes a message through the interceptors to the client.
   *
   * @param alone - it was made for this client, whose bytes nobody shares
   */
  protected pass(message: Message, alone = false): Promise<void> | undefined {
    const subscription = { id: this.id, destination: this.destination };
    const delivery: Delivery = { message, session: this.#session, subscription };
    try {
      const done = this.#line.run(delivery, (passed) =>
        this.#send(passed.message, alone ? undefined : message),
      );
      if (done instanceof Promise) return done.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
    return undefined;
  }

  /** Who left while an interceptor took its time hears nothing more. */
  #send(message: Message, shared: Message | undefined): void {
    if (this.#session.subscriptions?.get(this.id) !== this) return;
    if (message === shared) super.deliver(message);
    else this.outbox.deliverAlone(message, this.wireId);
  }

  #failed(err: unknown): void {
    const { id: session, services } = this.#session;
    services.log.warn(
      { session, subscription: this.id, err },
      'an outbound interceptor failed: not delivered',
    );
  }
}

/** What a message costs beside its body while it waits, roughly. */
const overhead = 256;
