// A handler's answer to a SUBSCRIBE: straight to its subscription, through the outbound interceptors.
import type { Soon } from '../channel/channel.ts';
import type { Delivery, SubscriptionView } from '../channel/outbound.ts';
import type { Message } from '../message/message.ts';
import type { CommandSession } from './commands/command.ts';

/**
 * Sends messages under a subscription's id that the broker does not know. What an outbound interceptor throws is
 * the failure of the SUBSCRIBE; who has left hears nothing.
 */
export function directAnswer(
  session: CommandSession,
  subscription: SubscriptionView,
): (message: Message) => Soon<void> {
  const { outbox, services } = session;
  const send = ({ message }: Pick<Delivery, 'message'>): void =>
    outbox.deliver(message, outbox.wireId(subscription.id));
  const line = services.deliveries(subscription.destination);
  const pass = ({ message }: Pick<Delivery, 'message'>): Soon<void> =>
    line === undefined ? send({ message }) : line.run({ message, session, subscription }, send);
  return (message) => services.broker.outbound.run({ message }, pass);
}
