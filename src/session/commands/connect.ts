// CONNECT and STOMP: version, heart-beats, virtual host, identity [STOMP 1.2, Connecting].
import {
  type Frame,
  negotiateHeartbeat,
  negotiateVersion,
  parseHeartbeat,
  type Version,
} from '../../../frames/index.ts';
import type { User } from '../../auth/authenticator.ts';
import type { Soon } from '../../channel/channel.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import { clientTokenHeader, clientTokenOf } from '../client-token.ts';
import { clientIdOf } from '../durable.ts';
import { identify } from '../identify.ts';
import { connectedFrame } from '../server-frames.ts';
import { type CommandSession, inboundOf } from './command.ts';

/** Opens the session. Whatever it refuses is an ERROR. */
export function connect(session: CommandSession, frame: Frame): Soon<void> {
  const version = negotiateVersion(frame.headers.get('accept-version'));
  agreeHeartbeats(session, frame);
  assertHost(session, frame);
  const user = session.user ?? identify(session, frame.headers); // of an event stream it may be known
  return user instanceof Promise
    ? user.then((known) => admit(session, frame, version, known))
    : admit(session, frame, version, user);
}

function admit(session: CommandSession, frame: Frame, version: Version, user: User): Soon<void> {
  if (session.state !== 'opening') return;
  session.user = user;
  if (!user.authenticated) session.clientToken = clientTokenOf(frame.headers);
  session.clientId = clientIdOf(frame.headers);
  const seen = session.services.credentials.conceal(frame);
  return session.services.inbound.run(inboundOf(session, seen), () => welcome(session, version));
}

function welcome(session: CommandSession, version: Version): Soon<void> {
  if (session.state !== 'opening') return;
  const added = session.services.registry.add(session);
  return added instanceof Promise ? added.then(() => greet(session, version)) : greet(session, version);
}

function greet(session: CommandSession, version: Version): void {
  if (session.state !== 'opening') return; // it went while other nodes were asked
  const { events, options } = session.services;
  events.tell('connect', () => ({ session }));
  if (hasEnded(session)) return; // a listener sent it away
  const { serverName } = options;
  session.speak(version);
  session.state = 'connected';
  session.farewell = 'due';
  session.handshake = undefined;
  const headers: Record<string, string> = {
    version,
    'heart-beat': heartbeatOf(session),
    session: session.id,
    server: serverName,
    'user-name': session.user!.name,
    ...(session.clientToken !== undefined && { [clientTokenHeader]: session.clientToken }),
  };
  session.outbox.send(connectedFrame(headers));
  session.watch();
  events.tell('connected', () => ({ session }));
}

function hasEnded({ state }: CommandSession): boolean {
  return state === 'closing' || state === 'closed';
}

function heartbeatOf({ services, sendsEvery, hearsEvery }: CommandSession): string {
  const { heartbeat, profile } = services.options;
  if (profile.tellsAgreedHeartbeats) return `${sendsEvery},${hearsEvery}`;
  return `${heartbeat.send},${heartbeat.receive}`;
}

/** The server's own values are sent back; what holds is the greater of what one gives and the other wants. */
function agreeHeartbeats(session: CommandSession, frame: Frame): void {
  const { heartbeat } = session.services.options;
  const agreed = negotiateHeartbeat(parseHeartbeat(frame.headers.get('heart-beat')), heartbeat);
  session.sendsEvery = agreed.outgoing;
  session.hearsEvery = agreed.incoming;
}

/** Clients send the address that they dialled: any host is fine, and none, unless virtual hosts are configured. */
function assertHost(session: CommandSession, frame: Frame): void {
  const { virtualHosts } = session.services.options;
  if (virtualHosts.length === 0) return;
  const host = frame.headers.get('host');
  if (host !== undefined && virtualHosts.includes(host)) return;
  const given = host === undefined ? 'no host' : `host '${printable(host)}'`;
  throw new StompwireError('unknown-host', `${given} is not served here; see the option virtualHosts`);
}
