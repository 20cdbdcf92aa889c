// A room's log after somebody edited or deleted a message, whether it is there yet or not.
import { amended } from './amended.ts';
import type { Amendment } from './chat-message.ts';
import { remembering } from './remembered.ts';
import type { RoomLog } from './room-log.ts';

/** A message was edited or deleted. Of what is deleted nothing comes back. */
export function amend(log: RoomLog, amendment: Amendment): RoomLog {
  if (isDeletion(log.amendments.get(amendment.of))) return log;
  const amendments = remembering(log.amendments, amendment.of, amendment);
  const entries = log.entries.map((entry) => entryBy(entry, amendment, amendments));
  return { ...log, amendments, entries, originals: originalsBy(log.originals, amendment, amendments) };
}

function entryBy(
  entry: RoomLog['entries'][number],
  { of }: Amendment,
  amendments: RoomLog['amendments'],
): RoomLog['entries'][number] {
  return entry.kind === 'message' && entry.messageId === of ? amended(entry, amendments) : entry;
}

function originalsBy(
  originals: RoomLog['originals'],
  { of }: Amendment,
  amendments: RoomLog['amendments'],
): RoomLog['originals'] {
  const message = originals.get(of);
  return message ? new Map(originals).set(of, amended(message, amendments)) : originals;
}

function isDeletion(amendment: Amendment | undefined): boolean {
  return amendment !== undefined && amendment.content === undefined;
}
