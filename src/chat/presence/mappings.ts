// Presence over STOMP: sessions are watched, snapshots given, and devices say whether somebody is at them.
import { Type } from 'typebox';
import type { Server } from '../../index.ts';
import type { RoomAccess } from '../access.ts';
import type { LiveRepository } from '../live-repository.ts';
import { checkedRoomId } from '../rooms.ts';
import { LastSeen } from './last-seen.ts';
import { Presence } from './presence.ts';
import { keyOf } from './standing.ts';

/** What nodes tell each other of. */
const talk = 'chat.presence';

/** The place of those who hear their notifications at once; no room is called so. */
export const notified = '@notified';

const Said = Type.Object({ state: Type.Enum(['online', 'away']) });

/** What presence is told of. */
export interface PresenceListeners {
  /** Somebody came to a place, went from it, or is something else there: as far as all nodes know. */
  readonly changed: (place: string, key: string) => void;
  /** A session of this node will hear its notifications from now on. */
  readonly listens: (key: string, user: string) => void;
  /** Another node died, and this one is to do what it left. */
  readonly lost: () => void;
}

/** What presence stands on. */
export interface PresenceParts {
  readonly access: RoomAccess;
  readonly shared: Pick<LiveRepository, 'seen'>;
}

/** Watches the sessions of a server. @param topic - the prefix under which rooms fan out */
export function addPresence(
  server: Server,
  topic: string,
  { access, shared }: PresenceParts,
  on: PresenceListeners,
): Presence {
  const { config, nodes, app, metrics } = server;
  const told = metrics.counter('chat_presence_messages', 'Changes of who is in a room, told on this node');
  const seen = new LastSeen({
    shelf: () => shared.seen,
    clock: Date.now,
    failed: (err) => server.log.warn({ err }, 'when people were last there could not be kept'),
  });
  const presence = new Presence({
    seen,
    awayAfter: config.awayAfter,
    named: config.presenceNamed,
    gather: config.presenceGather,
    dies: config.userTimeout,
    now: () => performance.now(),
    changed: on.changed,
    lost: on.lost,
    publish: (news) => {
      told.add();
      const topicOfRoom = `${topic}/chat-room/${news.roomId}/presence`;
      server.publish(topicOfRoom, news, { onlyHere: true }).catch((err: unknown) => {
        server.log.warn({ err }, 'who is in a room could not be told');
      });
    },
    // whoever does not hear it asks for it with the next sign of life
    announce: (about) => void (async () => nodes.announce(talk, about))().catch(() => {}),
  });
  nodes.on(talk, (about) => presence.take(about));
  metrics.gauge('chat_users_present', 'Users and guests who are connected to any node', () => presence.count);
  server.attach({
    start: async () => {
      seen.start();
      presence.start();
    },
    stop: async () => {
      presence.stop();
      await seen.stop();
    },
  });
  watchSessions(server, presence, topic, on);
  watchActivity(server, presence);
  app.subscribe('/chat-room/{roomId}/presence', async ({ params, user }) => {
    await access.assertReads(checkedRoomId(params.roomId), user.name);
    return presence.room(params.roomId);
  });
  app.message('/presence', { body: Said }, ({ body, session }) =>
    presence.own.stands(session.id, body.state),
  );
  return presence;
}

function watchSessions(server: Server, { own }: Presence, topic: string, on: PresenceListeners): void {
  const rooms = `${topic}/chat-room/`;
  const queue = `${server.config.userPrefix}/queue/`;
  const placeOf = (destination: string): string | undefined => {
    if (destination.startsWith(rooms)) {
      const id = destination.slice(rooms.length);
      return id.includes('/') ? undefined : id;
    }
    const name = destination.startsWith(queue) ? destination.slice(queue.length) : '';
    return name === 'notifications' || name === '*' || name === '**' ? notified : undefined;
  };
  server.on('connected', ({ session }) => own.came(session.id, keyOf(session.user!)));
  server.on('disconnect', ({ session }) => own.went(session.id));
  server.on('subscribed', ({ session, subscription }) => {
    const place = placeOf(subscription.destination);
    if (place === undefined) return;
    own.entered(session.id, subscription.id, place);
    if (place === notified) on.listens(keyOf(session.user!), session.user!.name);
  });
  server.on('unsubscribe', ({ session, subscription }) => own.left(session.id, subscription.id));
}

/** What a client does by itself says nothing of whether somebody is there. */
const byItself: ReadonlySet<string> = new Set(['ACK', 'NACK', 'DISCONNECT']);

/** Whatever else comes from a device says that somebody is there. */
function watchActivity({ interceptors, config }: Server, { own }: Presence): void {
  const saying = `${config.appPrefix}/presence`;
  const rooms = `${config.appPrefix}/chat-room/`;
  // A page that lies open marks as read what comes in, also for nobody.
  const marks = (command: string, to: string): boolean =>
    command === 'SEND' && to.startsWith(rooms) && to.endsWith('/read');
  interceptors.inbound.use(({ command, destination, session }, next) => {
    const tells = destination === saying || marks(command, destination);
    if (!byItself.has(command) && !tells) own.active(session.id);
    return next();
  });
}
