// Which delivery an ACK or a NACK names, in each version of STOMP.
import type { Frame, Version } from '../../frames/index.ts';
import type { Broker } from '../broker/broker.ts';
import { type AcknowledgedSubscription, unknownDelivery } from './acknowledged-subscription.ts';
import type { HeldQueues } from './held-queues.ts';
import type { Subscription } from './subscription.ts';

/** A delivery that waits to be acknowledged. */
export interface Named {
  readonly subscription: AcknowledgedSubscription;
  readonly tag: number;
}

/** The subscriptions of a session that take from queues, and the queues that it holds. */
export class Acks {
  /** None before its first. */
  held: HeldQueues | undefined;
  readonly #bySerial = new Map<number, AcknowledgedSubscription>();
  #serials = 0;

  /** A number that no other subscription of this session has had. */
  nextSerial(): number {
    return ++this.#serials;
  }

  add(subscription: AcknowledgedSubscription): void {
    this.#bySerial.set(subscription.serial, subscription);
  }

  remove(subscription: AcknowledgedSubscription): void {
    this.#bySerial.delete(subscription.serial);
  }

  /** Ends all of them: nobody is there any more who could acknowledge. What one gives back is not for the next. */
  end(broker: Broker): void {
    for (const subscription of this.#bySerial.values()) subscription.leaving = true;
    for (const subscription of this.#bySerial.values()) void subscription.end(broker);
    this.held?.end();
  }

  /**
   * The delivery that a frame names: by `id` [STOMP 1.2, ACK], by `subscription` and `message-id` [STOMP 1.1, ACK],
   * by `message-id` alone [STOMP 1.0, ACK].
   *
   * @throws {StompwireError} `unknown-delivery`
   */
  named({ headers }: Frame, version: Version): Named {
    if (version === '1.2') return this.#byAckId(headers.get('id')!);
    const messageId = headers.get('message-id') ?? '';
    const subscriptionId = version === '1.0' ? undefined : headers.get('subscription');
    for (const subscription of this.#bySerial.values()) {
      if (subscriptionId !== undefined && subscription.id !== subscriptionId) continue;
      const tag = subscription.outstanding?.tagOf(messageId);
      if (tag !== undefined) return { subscription, tag };
    }
    throw unknownDelivery(messageId);
  }

  #byAckId(id: string): Named {
    const dash = id.indexOf('-');
    const subscription = this.#bySerial.get(wholeNumber(id, 0, dash));
    const tag = wholeNumber(id, dash + 1, id.length);
    if (subscription?.outstanding?.has(tag)) return { subscription, tag };
    throw unknownDelivery(id);
  }
}

/** The number that stands there, nothing else being there; NaN: none does. */
function wholeNumber(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return Number.NaN;
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Ends all subscriptions of a session that has ended, those first that give messages back. */
export function endAll(
  { acks, subscriptions }: { acks: Acks | undefined; subscriptions: Map<string, Subscription> | undefined },
  broker: Broker,
): void {
  acks?.end(broker);
  for (const subscription of subscriptions?.values() ?? []) void subscription.end(broker);
}
