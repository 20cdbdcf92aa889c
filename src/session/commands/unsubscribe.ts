// UNSUBSCRIBE: ends a subscription by its id [STOMP 1.2, UNSUBSCRIBE].
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { addressOf, durableName } from '../durable.ts';
import { bindingsOf } from '../queue-subscription.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { subscriptionId } from './subscribe.ts';

/**
 * Removes a subscription, with `durable:true` for good: what its client misses from then on is not kept. An id that is not
 * subscribed is no error, as in Spring: pages unsubscribe twice.
 */
export function unsubscribe(session: CommandSession, frame: Frame): Soon<void> {
  return session.services.inbound.run(inboundOf(session, frame), () => {
    const done = leave(session, subscriptionId(frame));
    const name = durableName(frame.headers);
    if (name === undefined) return done;
    return done instanceof Promise ? done.then(() => forget(session, name)) : forget(session, name);
  });
}

function leave(session: CommandSession, id: string): Soon<void> {
  const subscription = session.subscriptions?.get(id);
  if (subscription === undefined) return;
  session.subscriptions!.delete(id);
  const done = subscription.end(session.services.broker);
  session.services.events.tell('unsubscribe', () => ({ session, subscription }));
  return done;
}

/** Nothing is kept for it any more; one that is not there is no error. */
function forget(session: CommandSession, name: string): Soon<void> {
  const done = bindingsOf(session.services.broker).unbind(addressOf(session, name));
  if (done instanceof Promise) return done.then(() => {});
}
