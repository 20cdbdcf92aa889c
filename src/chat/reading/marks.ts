// How far people have read in a room: all marks, asked for part by part, or those of some people.
import type { ChatRepository } from '../repository.ts';

/** So many marks are asked for at a time. */
const partSize = 200;

type Reads = Pick<ChatRepository, 'reading'>;

/** By user, the number of the last message that was read. */
export async function marksIn({ reading }: Reads, roomId: string): Promise<Map<string, number>> {
  const marks = new Map<string, number>();
  for (let after: string | undefined; ; ) {
    const { items, next } = await reading.in(roomId, { limit: partSize, after });
    for (const { user, number } of items) marks.set(user, number);
    if (next === undefined) return marks;
    after = next;
  }
}

/**
 * The same of some users. Whoever looks at a public room has a mark there, and need not be a member: they may be many
 * more than those who are asked about, who are then asked about one by one.
 */
export async function marksOf(
  { reading }: Reads,
  roomId: string,
  users: readonly string[],
): Promise<Map<string, number>> {
  const { items, next } = await reading.in(roomId, { limit: partSize });
  const found = next === undefined ? items : await each(users, (user) => reading.of(user, [roomId]));
  return new Map(found.map(({ user, number }) => [user, number]));
}

const each = async <Item>(
  users: readonly string[],
  ask: (user: string) => Promise<readonly Item[]>,
): Promise<Item[]> => (await Promise.all(users.map(ask))).flat();
