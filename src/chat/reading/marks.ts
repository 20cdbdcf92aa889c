// How far everybody has read in a room: all marks, asked for part by part.
import type { ChatRepository } from '../repository.ts';

/** So many marks are asked for at a time. */
const partSize = 200;

/** By user, the number of the last message that was read. */
export async function marksIn(
  { reading }: Pick<ChatRepository, 'reading'>,
  roomId: string,
): Promise<Map<string, number>> {
  const marks = new Map<string, number>();
  for (let after: string | undefined; ; ) {
    const { items, next } = await reading.in(roomId, { limit: partSize, after });
    for (const { user, number } of items) marks.set(user, number);
    if (next === undefined) return marks;
    after = next;
  }
}
