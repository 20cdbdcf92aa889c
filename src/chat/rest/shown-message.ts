// A message of the history as HTTP clients see it: the message itself, and its place in the room.
import type { HistoryMessage } from '../../index.ts';
import type { ChatMessage } from '../message.ts';

/** A message with its place. */
export type ShownMessage = ChatMessage & {
  readonly messageId: string;
  readonly number: number;
  readonly tombstone?: HistoryMessage['tombstone'];
};

/** What is shown of a message; of one that is gone, that it was there. */
export function shownOf(roomId: string, message: HistoryMessage): ShownMessage {
  const { messageId, number, tombstone } = message;
  const said = tombstone === undefined ? saidIn(message) : undefined;
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

/** What a program has published into a room past the chat need not be a message of the chat. */
function saidIn({ body }: HistoryMessage): ChatMessage | undefined {
  try {
    const said: unknown = JSON.parse(body.toString());
    return isSaid(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

function isSaid(value: unknown): value is ChatMessage {
  return typeof value === 'object' && value !== null && 'id' in value && 'content' in value;
}
