// One SUBSCRIBE of one session: what the broker delivers to.
import type { Subscriber } from '../broker/subscriptions.ts';
import type { Message } from '../message/message.ts';
import type { Outbox } from './outbox.ts';

/** A subscription. What is delivered goes to the session's outbox under this subscription's id. */
export class Subscription implements Subscriber {
  slot = 0;
  readonly owner: string;
  /** Where the broker delivers to it: a destination, a pattern, or an address of this session's own. */
  readonly address: string;
  readonly #outbox: Outbox;
  /** The id as it stands in the frame; see `Outbox.wireId`. */
  readonly #wireId: string;

  constructor(owner: string, address: string, wireId: string, outbox: Outbox) {
    this.owner = owner;
    this.address = address;
    this.#wireId = wireId;
    this.#outbox = outbox;
  }

  deliver(message: Message): void {
    this.#outbox.deliver(message, this.#wireId);
  }
}
