// Asks the authenticator who somebody is; the client hears one answer to all bad credentials, the log why.
import type { User } from '../auth/authenticator.ts';
import { checkedUser } from '../auth/identity.ts';
import { reasonOf } from '../auth/refusal.ts';
import { ShownCredentials } from '../auth/shown-credentials.ts';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import type { SessionServices } from './services.ts';

/** Who asks. */
export interface Asking {
  readonly id: string;
  readonly peer: Peer;
  readonly handshake: Handshake | undefined;
  readonly services: SessionServices;
}

/**
 * Who the sender of a frame is.
 *
 * @param headers - of the CONNECT, or of the SEND that shows fresh credentials
 * @throws {StompwireError} `authentication-failed`, `authentication-unavailable`, or what a program's own
 *   authenticator throws
 */
export function identify(session: Asking, headers: { get(name: string): string | undefined }): Soon<User> {
  const { authenticator, credentials, clock } = session.services;
  const shown = new ShownCredentials(headers, session.handshake, session.peer, credentials);
  try {
    const user = authenticator.authenticate(shown);
    if (!isLater(user)) return checkedUser(user, clock());
    return Promise.resolve(user)
      .then((known) => checkedUser(known, clock()))
      .catch((error: unknown) => refuse(session, error));
  } catch (error) {
    return refuse(session, error);
  }
}

/** A program's own authenticator may answer with any thenable. */
function isLater(user: User | PromiseLike<User>): user is PromiseLike<User> {
  return 'then' in user && typeof user.then === 'function';
}

const alike = new Set(['authentication-failed', 'authentication-unavailable']);

function refuse(session: Asking, error: unknown): never {
  const { authenticator, log } = session.services;
  if (!(error instanceof StompwireError) || !alike.has(error.code)) throw error;
  // where nothing is proven there is nothing to guess, and the reason helps
  if (!authenticator.proves && error.cause === undefined) throw error;
  const { address } = session.peer;
  log.info({ session: session.id, address, code: error.code, reason: reasonOf(error) }, 'not authenticated');
  throw new StompwireError(error.code);
}
