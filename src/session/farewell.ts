// The DISCONNECT of a session whose client did not say one: interceptors see every session go.
import { Buffer } from 'node:buffer';
import { Headers } from '../../frames/index.ts';
import type { CommandSession } from './commands/command.ts';

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
