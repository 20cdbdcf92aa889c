// A room's log after somebody edited or deleted a message, whether it is there yet or not.
import { amended } from './amended.ts';
import type { Amendment } from './chat-message.ts';
import type { RoomLog } from './room-log.ts';

/** A message was edited or deleted. Of what is deleted nothing comes back. */
export function amend(log: RoomLog, amendment: Amendment): RoomLog {
  if (isDeletion(log.amendments.get(amendment.of))) return log;
  const amendments = new Map(log.amendments).set(amendment.of, amendment);
  return { ...log, amendments, entries: log.entries.map((entry) => entryBy(entry, amendment, amendments)) };
}

function entryBy(
  entry: RoomLog['entries'][number],
  { of }: Amendment,
  amendments: RoomLog['amendments'],
): RoomLog['entries'][number] {
  return entry.kind === 'message' && entry.messageId === of ? amended(entry, amendments) : entry;
}

function isDeletion(amendment: Amendment | undefined): boolean {
  return amendment !== undefined && amendment.content === undefined;
}
