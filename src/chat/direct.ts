// Rooms of two: which room is that of a pair, and who the other one is.
import { createHash } from 'node:crypto';
import type { ChatRepository } from './repository.ts';
import type { Room, SeenRoom } from './room.ts';

/** What the ids of rooms of two begin with, and no others: nobody makes the room of a pair before the pair does. */
const begin = 'direct-';

/** Whether a room of this id can be made by nobody but a pair. */
export const isDirectId = (id: string): boolean => id.startsWith(begin);

/** The room of a pair, whoever of the two asks. */
export function directId(pair: readonly [string, string]): string {
  const sorted = JSON.stringify(pair.toSorted());
  return `${begin}${createHash('sha256').update(sorted).digest('base64url').slice(0, 27)}`;
}

/** The room as one of its members sees it: one of two has the name of the other. */
export async function seenBy<R extends Room>(
  room: R,
  user: string,
  members: Pick<ChatRepository['members'], 'of'>,
): Promise<R & SeenRoom> {
  if (room.kind !== 'direct') return room;
  const other = namedBeside(room, user);
  if (other !== undefined) return { ...room, with: other };
  const { items } = await members.of(room.id, { limit: 2 });
  return { ...room, with: items.find((one) => one.user !== user)?.user };
}

/** The room is named by its two, and its id tells where the one name ends: unless they are too long for a name. */
function namedBeside({ id, name }: Room, user: string): string | undefined {
  const [before, behind] = [`${user}, `, `, ${user}`];
  const others = [
    name.startsWith(before) && name.slice(before.length),
    name.endsWith(behind) && name.slice(0, -behind.length),
  ];
  return others.find((other): other is string => other !== false && directId([user, other]) === id);
}
