// What is told of a session that has ended: to listeners, and to interceptors, which see every session go.
import { Buffer } from 'node:buffer';
import { Headers } from '../../frames/index.ts';
import type { CommandSession } from './commands/command.ts';
import type { Ending } from './events.ts';
import { viewsOf } from './subscription.ts';

/** Tells listeners of the end of a session that was connected. */
export function tellOfEnd(
  session: CommandSession,
  ending: Ending,
  subscriptions: CommandSession['subscriptions'],
): void {
  if (session.farewell === 'none') return;
  const { code, reason, error } = ending;
  session.services.events.tell('disconnect', () => ({
    session,
    code,
    reason,
    ...(error !== undefined && { error }),
    subscriptions: viewsOf(subscriptions),
  }));
}

/**
 * Takes a DISCONNECT without headers through the inbound line [as Spring does when a connection is lost]. What an
 * interceptor does with it changes nothing: the session is gone.
 */
export function sayFarewell(session: CommandSession): void {
  session.farewell = 'said';
  const { inbound, log } = session.services;
  const failed = (err: unknown): void =>
    log.warn({ session: session.id, err }, 'an interceptor failed at a DISCONNECT');
  try {
    const done = inbound.run(
      { command: 'DISCONNECT', destination: '', headers: new Headers(), body: Buffer.alloc(0), session },
      () => {},
    );
    if (done instanceof Promise) done.catch(failed);
  } catch (error) {
    failed(error);
  }
}
