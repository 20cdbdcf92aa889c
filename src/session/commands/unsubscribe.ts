// UNSUBSCRIBE: ends a subscription by its id [STOMP 1.2, UNSUBSCRIBE].
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { subscriptionId } from './subscribe.ts';

/**
 * Removes a subscription; nothing is queued for it afterwards. An id that is not subscribed is no error,
 * as in Spring: pages unsubscribe twice.
 */
export function unsubscribe(session: CommandSession, frame: Frame): Soon<void> {
  return session.services.inbound.run(inboundOf(session, frame), () => {
    const id = subscriptionId(frame);
    const subscription = session.subscriptions?.get(id);
    if (subscription === undefined) return;
    session.subscriptions!.delete(id);
    const done = subscription.end(session.services.broker);
    session.services.events.tell('unsubscribe', () => ({ session, subscription }));
    return done;
  });
}
