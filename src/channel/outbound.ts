// What interceptors on the way out are shown: a message, and per session the delivery of it to one subscription.
import type { Message } from '../message/message.ts';
import type { SessionView } from './inbound.ts';

/**
 * A message on its way to whoever hears it. An interceptor changes it by putting another in its place:
 * `outbound.message = outbound.message.with({ body })`.
 */
export interface Outbound {
  message: Message;
  /** Where it stands in its log, for interceptors of what is published once `next()` is done; none of a plain message. */
  appended?: AppendedAs | undefined;
}

/** The place that a message was given in the log of its destination. */
export interface AppendedAs {
  readonly messageId: string;
  /** See {@link HistoryMessage.number}. */
  readonly number: number;
  /** Whether its idempotency key was known: nothing was published, and this is the place of the first one. */
  readonly again: boolean;
}

/** A subscription as its client made it. */
export interface SubscriptionView {
  /** Unique in its session. */
  readonly id: string;
  /** As the client named it; a pattern stays a pattern. */
  readonly destination: string;
}

/** A message on its way to one subscription of one session; changed, its bytes are this client's own. */
export interface Delivery extends Outbound {
  readonly session: SessionView;
  readonly subscription: SubscriptionView;
}
