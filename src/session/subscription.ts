// One SUBSCRIBE of one session: what the broker delivers to.
import type { Broker } from '../broker/broker.ts';
import type { Subscriber } from '../broker/subscriptions.ts';
import type { Soon } from '../channel/channel.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import type { Message } from '../message/message.ts';
import type { Outbox } from './outbox.ts';

/** Who subscribes, as far as its subscriptions go. */
export interface SubscribingSession {
  readonly id: string;
  readonly outbox: Outbox;
}

/** A subscription. What is delivered goes to the session's outbox under this subscription's id. */
export class Subscription implements Subscriber, SubscriptionView {
  slot = 0;
  readonly id: string;
  readonly destination: string;
  readonly owner: string;
  /** Where the broker delivers to it: a destination, a pattern, or an address of its owner's own. */
  readonly address: string;
  /** Of those that do not hear what their session sends; no others have it, for there are many. */
  declare deafTo?: string;
  protected readonly outbox: Outbox;
  /** The id as it stands in the frame; see `Outbox.wireId`. */
  protected readonly wireId: string;

  constructor(session: SubscribingSession, { id, destination }: SubscriptionView, address: string) {
    this.id = id;
    this.destination = destination;
    this.owner = session.id;
    this.address = address;
    this.outbox = session.outbox;
    this.wireId = session.outbox.wireId(id);
  }

  deliver(message: Message): void {
    this.outbox.deliver(message, this.wireId);
  }

  /** Begins; done when every later message will reach it. When it fails it is still to be ended. */
  begin(broker: Broker): Soon<void> {
    return broker.subscribe(this.address, this);
  }

  /** Ends; nothing reaches it afterwards. */
  end(broker: Broker): Soon<void> {
    return broker.unsubscribe(this.address, this);
  }
}

/** Subscriptions as others than the session see them. */
export function viewsOf(subscriptions: ReadonlyMap<string, Subscription> | undefined): SubscriptionView[] {
  return Array.from(subscriptions?.values() ?? [], ({ id, destination }) => ({ id, destination }));
}
