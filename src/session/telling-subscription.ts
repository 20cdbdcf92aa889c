// A subscription that says of each message that it was not delivered before [RabbitMQ].
import { Channel } from '../channel/channel.ts';
import type { Delivery, SubscriptionView } from '../channel/outbound.ts';
import type { Message } from '../message/message.ts';
import { type WatchedSession, WatchedSubscription } from './watched-subscription.ts';

const nobody = new Channel<Delivery>();

/** What was said of a message is kept with it, so that those who hear it go on sharing its bytes. */
const told = new WeakMap<Message, Message>();

/** What is delivered without an ACK is delivered once. */
export class TellingSubscription extends WatchedSubscription {
  constructor(
    session: WatchedSession,
    view: SubscriptionView,
    address: string,
    line: Channel<Delivery> = nobody,
  ) {
    super(session, view, address, line);
  }

  override deliver(message: Message): void {
    super.deliver(tellingOf(message));
  }
}

function tellingOf(message: Message): Message {
  const known = told.get(message);
  if (known !== undefined) return known;
  const telling = message.with({ headers: ['redelivered', 'false', ...message.headers] });
  told.set(message, telling);
  return telling;
}
