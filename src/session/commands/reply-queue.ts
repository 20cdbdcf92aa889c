// A SEND that asks for answers in a temporary queue: others are told where that is, and its sender hears them.
import { detached } from '../../auth/identity.ts';
import type { Soon } from '../../channel/channel.ts';
import type { Inbound } from '../../channel/inbound.ts';
import type { CommandSession } from './command.ts';
import { assertRoom, enter, plain } from './subscribe.ts';

/** What passes a SEND on, once its sender would hear an answer. */
export function answered(
  session: CommandSession,
  pass: (inbound: Inbound) => Soon<void>,
): (inbound: Inbound) => Soon<void> {
  return (inbound) => {
    const ready = withReplyQueue(session, inbound);
    return ready instanceof Promise ? ready.then(() => pass(inbound)) : pass(inbound);
  };
}

/**
 * Writes what others may answer to in the place of the client's own name for it, and subscribes the client to that
 * under its name as id [RabbitMQ, STOMP: Temp Queue Destinations].
 */
export function withReplyQueue(session: CommandSession, { headers }: Inbound): Soon<void> {
  const named = headers.get('reply-to');
  const told = named === undefined ? undefined : session.services.router.replyTo(named, session);
  if (named === undefined || told === undefined) return;
  headers.set('reply-to', told);
  const id = detached(named);
  if (hears(session, id)) return;
  assertRoom(session, id);
  return enter(session, plain(session, { id, destination: id }));
}

/** Whether it has subscribed to that queue already, under whatever id. */
function hears({ subscriptions }: CommandSession, destination: string): boolean {
  for (const one of subscriptions?.values() ?? [])
    if (one.id === destination || one.destination === destination) return true;
  return false;
}
