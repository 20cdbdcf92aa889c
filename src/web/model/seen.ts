// How far others have read: under the newest of one's own messages that somebody has seen stands who has.
import type { MessageEntry, RoomLog } from './room-log.ts';

export interface Reader {
  readonly user: string;
  /** The number of the last message that was read. */
  readonly number: number;
}

/** The room's log after the service told how far people have read; a mark goes forward only. */
export function read(log: RoomLog, told: readonly Reader[]): RoomLog {
  const news = told.filter(({ user, number }) => number > (log.readers.get(user) ?? 0));
  if (news.length === 0) return log;
  const readers = new Map(log.readers);
  for (const { user, number } of news) readers.set(user, number);
  return { ...log, readers };
}

const SHAPE = /^[\w-]{12}\.(\d{1,16})-(\d{1,16})$/;

/** The number of the message that a message-id names, by which messages of a room are ordered. */
export function numberOf(messageId: string | undefined): number | undefined {
  const [, epoch, seq] = SHAPE.exec(messageId ?? '') ?? [];
  return epoch === undefined ? undefined : Number(epoch) * 1000 + Number(seq);
}

/** Whose messages are shown, and who has seen the newest of them that somebody has. */
export interface Seen {
  readonly key: string;
  readonly users: readonly string[];
}

/** Who has seen which; `undefined` when nobody has seen any of the newest. */
export function seenOf({ entries, readers }: RoomLog, self: string | undefined): Seen | undefined {
  const others = Array.from(readers).filter(([user]) => user !== self);
  if (others.length === 0) return undefined;
  const furthest = Math.max(...others.map(([, number]) => number));
  const isSeen = (entry: MessageEntry): boolean =>
    (numberOf(entry.messageId) ?? Number.POSITIVE_INFINITY) <= furthest;
  const newest = entries.findLast(
    (entry): entry is MessageEntry =>
      entry.kind === 'message' && entry.sender === self && entry.change !== 'deleted' && isSeen(entry),
  );
  const number = numberOf(newest?.messageId);
  if (newest === undefined || number === undefined) return undefined;
  return {
    key: newest.key,
    users: others
      .filter(([, upTo]) => upTo >= number)
      .map(([user]) => user)
      .sort(),
  };
}
