// Tells whom a change of a room concerns, on each of their devices: so a list of rooms stays right without being asked for again.
import type { ConnectedSession, Server } from '../index.ts';
import { topicOf } from './mappings.ts';
import type { Role, SeenRoom } from './room.ts';
import type { RoomChange } from './rooms.ts';

/** What they are told. */
export interface RoomNews {
  readonly what: RoomChange['what'];
  readonly room: SeenRoom;
  /** Who did it. */
  readonly by: string;
  /** What who hears it may do there from now on. */
  readonly role?: Role;
}

/** Where it is heard. */
export const roomChanges = '/queue/room-changes';

/** Tells the sessions of this node. */
export function tellConcerned(server: Pick<Server, 'users' | 'config' | 'log'>, change: RoomChange): void {
  const topic = `${topicOf(server.config.brokerPrefixes)}/chat-room/${change.room.id}`;
  for (const session of server.users.sessions()) {
    if (!concerns(change, session, topic)) continue;
    const told = server.users.sendToSession(session.id, roomChanges, newsOf(change, session.user.name));
    told?.catch((err: unknown) => server.log.warn({ err }, 'somebody was not told that a room changed'));
  }
}

/** Who came, went or may do something else; of the room itself, who hears it; of a new one, to whom it belongs. */
function concerns(change: RoomChange, { user, subscriptions }: ConnectedSession, topic: string): boolean {
  switch (change.what) {
    case 'created':
      return user.name === change.by || change.pair?.includes(user.name) === true;
    case 'renamed':
    case 'deleted':
      return Array.from(subscriptions).some(({ destination }) => destination === topic);
    default:
      return user.name === change.user;
  }
}

function newsOf(change: RoomChange, user: string): RoomNews {
  const { what, room, by } = change;
  const other = what === 'created' ? change.pair?.find((one) => one !== user) : undefined;
  return {
    ...{ what, by },
    room: other === undefined ? room : { ...room, with: other },
    ...(what === 'created' && { role: room.kind === 'direct' ? 'member' : 'owner' }),
    ...((what === 'joined' || what === 'role') && { role: change.role }),
  };
}
