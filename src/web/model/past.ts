// A part of a room's past, shown in place of the newest messages: it grows both ways, until it meets them.
import { arrived, doubles, type OlderPage, prepend } from './older.ts';
import { emptyLog, type MessageEntry, type RoomLog } from './room-log.ts';

/** A newer page, oldest first, and whether it ends with the newest message. */
export interface NewerPage extends Pick<OlderPage, 'arrivals'> {
  readonly isEnd: boolean;
  /** The message-id of its last, whatever that is. */
  readonly to: string | undefined;
}

/** What stands on both sides of a message, and that. */
export type PageAround = OlderPage & NewerPage;

/** What becomes of a room and of what is shown of its past. */
export interface Pasts {
  readonly room: RoomLog;
  /** None: the newest messages are shown. */
  readonly past: RoomLog | undefined;
}

/** Begins with what stands around a message. */
export function pastOf(room: RoomLog, page: PageAround): Pasts {
  const { roomId, name, joinedAt, originals, amendments, marks } = room;
  const empty = { ...emptyLog(roomId), name, joinedAt, originals, amendments, marks };
  return met(
    room,
    { ...prepend(empty, page), newer: 'more', ...(page.to !== undefined && { to: page.to }) },
    page,
  );
}

/** Goes on with what follows. */
export function append({ room, past }: { room: RoomLog; past: RoomLog }, page: NewerPage): Pasts {
  const { changed, came } = arrived(past, page.arrivals);
  const entries = [...changed.entries, ...came];
  return met(
    room,
    { ...changed, entries, newer: 'more', ...(page.to !== undefined && { to: page.to }) },
    page,
  );
}

/** Where the past has come to the newest messages, it is one with them. */
function met(room: RoomLog, past: RoomLog, { arrivals, isEnd }: NewerPage): Pasts {
  if (!isEnd && doubles(room, arrivals).size === 0) return { room, past };
  const messages = past.entries.filter((entry): entry is MessageEntry => entry.kind === 'message');
  const page = {
    arrivals: messages.map((message) => ({ kind: 'message', message }) as const),
    isStart: past.older === 'none',
    from: past.reach,
  };
  return { room: prepend(room, page), past: undefined };
}
