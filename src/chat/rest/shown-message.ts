// A message of the history as HTTP clients see it: the message itself, and its place in the room.
import type { HistoryMessage } from '../../index.ts';
import type { Reaction } from '../change.ts';
import { type ChatMessage, messageIn } from '../message.ts';
import type { FoldedMessage } from '../messages/folded.ts';

/** A message with its place. */
export type ShownMessage = ChatMessage & {
  readonly messageId: string;
  readonly number: number;
  readonly tombstone?: HistoryMessage['tombstone'];
  /** What the next edit follows; where it was edited or marked, or asked for in a page. */
  readonly version?: number;
  /** ISO 8601, UTC; none: it was never edited. */
  readonly editedAt?: string;
  readonly reactions?: readonly Reaction[];
};

/** What is shown of a message as it is now. */
export function shownAs(
  roomId: string,
  { at, message, version, editedAt, deleted, reactions }: FoldedMessage,
): ShownMessage {
  const shown = shownOf(roomId, deleted ? { ...at, tombstone: 'redacted' } : at);
  if (message === undefined) return shown;
  return {
    ...shown,
    content: message.content,
    version,
    ...(editedAt !== undefined && { editedAt: new Date(editedAt).toISOString() }),
    ...(reactions.length > 0 && { reactions }),
  };
}

/** What is shown of a message; of one that is gone, that it was there. */
export function shownOf(roomId: string, message: HistoryMessage): ShownMessage {
  const { messageId, number, tombstone } = message;
  // what a program has published into a room past the chat need not be a message of the chat
  const said = tombstone === undefined ? messageIn(message.body) : undefined;
  return {
    ...unsaid(roomId, message),
    ...(said ?? (tombstone === undefined ? { content: message.body.toString() } : { tombstone })),
    messageId,
    number,
  };
}

function unsaid(roomId: string, { messageId, sender = '', time }: HistoryMessage): ChatMessage {
  const sentAt = new Date(time).toISOString();
  return { id: messageId, roomId, sender, content: '', sentAt, messageType: 'MESSAGE' };
}
