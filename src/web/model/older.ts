// Older messages, which come page by page when somebody reads back: in front of those that are there, none twice.
import { amend } from './amend.ts';
import type { Arrival } from './chat-message.ts';
import { asItIs, type Entry, MAX_ENTRIES, type MessageEntry, type RoomLog } from './room-log.ts';

/** Somebody may read so far back in one go; who goes on later begins with the newest again. */
export const MOST_ENTRIES = 20_000;

/** An older page, oldest first, and whether anything is before it. */
export interface OlderPage {
  readonly arrivals: readonly Arrival[];
  readonly isStart: boolean;
  /** The message-id of its first, whatever that is. */
  readonly from: string | undefined;
}

/** The message-id before which the next page ends. */
export function oldestPlace(log: RoomLog): string | undefined {
  const isPlaced = (entry: Entry): entry is MessageEntry =>
    entry.kind === 'message' && entry.messageId !== undefined;
  return log.reach ?? log.entries.find(isPlaced)?.messageId;
}

/** Whether a page is to be asked for. */
export function wantsOlder(log: RoomLog): boolean {
  return log.older === 'more' && log.entries.length < MOST_ENTRIES && oldestPlace(log) !== undefined;
}

export function prepend(log: RoomLog, { arrivals, isStart, from }: OlderPage): RoomLog {
  const { changed, came } = arrived(log, arrivals);
  return {
    ...changed,
    entries: [...came, ...changed.entries],
    older: isStart ? 'none' : 'more',
    reach: from ?? log.reach,
    limit: Math.max(log.limit, Math.min(MOST_ENTRIES, log.entries.length + came.length + MAX_ENTRIES)),
  };
}

/** The log with the changes of a page, and the messages of that which are not there yet. */
export function arrived(
  log: RoomLog,
  arrivals: readonly Arrival[],
): { readonly changed: RoomLog; readonly came: readonly MessageEntry[] } {
  const known = doubles(log, arrivals);
  const changed = arrivals
    .toReversed()
    .reduce(
      (all, arrival) => (arrival.kind === 'amendment' ? amendUnlessLater(all, arrival.amendment) : all),
      log,
    );
  const came: MessageEntry[] = [];
  for (const arrival of arrivals) {
    if (arrival.kind !== 'message' || known.has(arrival.message.id)) continue;
    const message = asItIs(arrival.message, changed);
    came.push({ ...message, kind: 'message', key: message.id });
  }
  return { changed, came };
}

/** Which messages of a page are there already: a set of few, for a room may hold ten thousand. */
export function doubles({ entries }: RoomLog, arrivals: readonly Arrival[]): ReadonlySet<string> {
  const ids = new Set(arrivals.flatMap((one) => (one.kind === 'message' ? [one.message.id] : [])));
  return new Set(entries.flatMap((one) => (one.kind === 'message' && ids.has(one.id) ? [one.id] : [])));
}

/** What came before on the page was said later: it holds. */
function amendUnlessLater(log: RoomLog, amendment: Parameters<typeof amend>[1]): RoomLog {
  const isNews = !log.amendments.has(amendment.of) || amendment.content === undefined;
  return isNews ? amend(log, amendment) : log;
}
