// A room's log after somebody put an emoji under a message, whether that is there yet or not.
import type { ReactionMark } from './chat-message.ts';
import { isSameMark, withMark } from './reactions.ts';
import { remembering } from './remembered.ts';
import type { RoomLog } from './room-log.ts';

/** Somebody reacted, or took it back. */
export function react(log: RoomLog, mark: ReactionMark): RoomLog {
  const others = (log.marks.get(mark.of) ?? []).filter((one) => !isSameMark(one, mark));
  const isShown = log.entries.some((entry) => entry.kind === 'message' && entry.messageId === mark.of);
  return {
    ...log,
    marks: remembering(log.marks, mark.of, [...others, mark]),
    entries: isShown
      ? log.entries.map((entry) =>
          entry.kind === 'message' && entry.messageId === mark.of ? withMark(entry, mark) : entry,
        )
      : log.entries,
  };
}
