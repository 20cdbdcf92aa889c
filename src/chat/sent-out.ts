// Whoever may read a room no longer hears nothing more from it, on any node.
import { type Server, StompwireError } from '../index.ts';
import { topicOf } from './mappings.ts';
import type { RoomChange } from './rooms.ts';

/** Ends the subscriptions of this node that a change of a room concerns. */
export function endSubscriptions(
  { users, config }: Pick<Server, 'users' | 'config'>,
  change: RoomChange,
): void {
  const gone = goneBy(change);
  if (gone === undefined) return;
  const room = `${topicOf(config.brokerPrefixes)}/chat-room/${change.room.id}`;
  for (const session of users.sessions()) {
    if (gone.user !== undefined && session.user.name !== gone.user) continue;
    for (const { id, destination } of session.subscriptions)
      if (destination === room || destination.startsWith(`${room}/`))
        session.unsubscribe(id, new StompwireError('no-access', gone.why));
  }
}

/** Who is to hear nothing more; without a user: everybody. */
function goneBy(change: RoomChange): { readonly user?: string; readonly why: string } | undefined {
  const { room } = change;
  if (change.what === 'deleted') return { why: `room '${room.id}' was deleted` };
  if (change.what !== 'left' || room.kind === 'public') return undefined;
  const why =
    change.by === change.user ? `you left room '${room.id}'` : `you were sent out of room '${room.id}'`;
  return { user: change.user, why };
}
