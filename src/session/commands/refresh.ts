// SEND to `<appPrefix>/$auth`: fresh credentials for a session that goes on, such as a renewed token.
import type { Frame } from '../../../frames/index.ts';
import type { User } from '../../auth/authenticator.ts';
import type { Soon } from '../../channel/channel.ts';
import { StompwireError } from '../../errors.ts';
import { identify } from '../identify.ts';
import { type CommandSession, inboundOf } from './command.ts';

/**
 * Replaces the session's credentials; the RECEIPT says that they were accepted. When they are not, the
 * client is told so on its error queue and the old ones hold until they run out. Interceptors see the
 * frame, without what it proves.
 */
export function refresh(session: CommandSession, frame: Frame): Soon<void> {
  const { inbound, credentials, options } = session.services;
  const seen = inboundOf(session, credentials.conceal(frame), options.authDestination);
  return inbound.run(seen, () => renew(session, frame));
}

function renew(session: CommandSession, frame: Frame): Soon<void> {
  if (!session.services.authenticator.proves)
    throw new StompwireError('refresh-failed', 'this server asks nobody for credentials');
  try {
    const user = identify(session, frame.headers);
    return user instanceof Promise
      ? user.then((known) => replace(session, known), asRefreshError)
      : replace(session, user);
  } catch (error) {
    return asRefreshError(error);
  }
}

/** A session keeps its user: subscriptions and queues were granted to that one. */
function replace(session: CommandSession, user: User): void {
  if (session.state !== 'connected') return;
  const { name, authenticated } = session.user!;
  if (user.name !== name || user.authenticated !== authenticated) throw new StompwireError('user-changed');
  session.user = user;
  session.watch();
}

/** What ends a CONNECT is only told here. */
function asRefreshError(error: unknown): never {
  if (!(error instanceof StompwireError)) throw error;
  if (error.code === 'authentication-failed') throw new StompwireError('refresh-failed');
  if (error.code === 'authentication-unavailable') throw new StompwireError('refresh-unavailable');
  throw error;
}
