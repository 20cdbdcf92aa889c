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
  if (message === undefined) return shownOf(roomId, deleted ? { ...at, tombstone: 'redacted' } : at);
  const { messageId, number } = at;
  return {
    ...whole(roomId, message, at),
    messageId,
    number,
    version,
    ...(editedAt !== undefined && { editedAt: new Date(editedAt).toISOString() }),
    ...(reactions.length > 0 && { reactions }),
  };
}

/** What is shown of a message; of one that is gone, that it was there. */
export function shownOf(roomId: string, message: HistoryMessage): ShownMessage {
  const { messageId, number, tombstone } = message;
  const said = tombstone === undefined ? messageIn(message.body) : undefined;
  if (said !== undefined) return { ...whole(roomId, said, message), messageId, number };
  // what a program has published into a room past the chat need not be a message of the chat
  const left = tombstone === undefined ? { content: message.body.toString() } : { tombstone };
  return { ...unsaid(roomId, message), ...left, messageId, number };
}

/** Such a message need not have all that one of the chat has. */
function whole(roomId: string, said: Partial<ChatMessage>, at: HistoryMessage): ChatMessage {
  const { roomId: room, sender, sentAt, messageType } = said;
  const isWhole =
    room !== undefined && sender !== undefined && sentAt !== undefined && messageType !== undefined;
  return isWhole ? (said as ChatMessage) : { ...unsaid(roomId, at), ...said };
}

function unsaid(roomId: string, { messageId, sender = '', time }: HistoryMessage): ChatMessage {
  const sentAt = new Date(time).toISOString();
  return { id: messageId, roomId, sender, content: '', sentAt, messageType: 'MESSAGE' };
}
