// Ends a subscription that held: its client is told why, and the session lives.
import type { StompwireError } from '../errors.ts';
import type { CommandSession } from './commands/command.ts';
import { tellOfSubscription } from './error-queue.ts';
import { levelOf } from './told.ts';

/**
 * Ends a subscription in the server's name.
 *
 * @param raw - what stands in the log, when that is more than the client is told
 * @returns whether it was there
 */
export function withdraw(
  session: CommandSession,
  id: string,
  error: StompwireError,
  raw: unknown = error,
): boolean {
  const subscription = session.subscriptions?.get(id);
  if (subscription === undefined) return false;
  const { broker, events, log } = session.services;
  session.subscriptions!.delete(id);
  void subscription.end(broker);
  events.tell('unsubscribe', () => ({ session, subscription }));
  const fields = { session: session.id, subscription: id, code: error.code, err: raw };
  log[levelOf(error)](fields, error.message);
  // an event stream has nothing but its subscription
  if (session.peer.transport === 'http') session.fail(error);
  else tellOfSubscription(session, error, subscription);
  return true;
}
