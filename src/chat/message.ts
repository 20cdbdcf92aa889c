// A message of a room: made in one place, whichever way it came, so that it is the same for everybody.
import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';

/** What a message is: said, a change of one that was said, a mark on one, or said by the chat itself. */
export type MessageType = 'MESSAGE' | 'EDIT' | 'DELETE' | 'REACTION' | 'SYSTEM';

/** A message as everybody in the room gets it. */
export interface ChatMessage {
  readonly id: string;
  readonly roomId: string;
  /** The name of who sent it, never one that the payload claims. */
  readonly sender: string;
  readonly content: string;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly messageType: MessageType;
}

/** What a client sends; other fields are allowed and go nowhere. */
export const Post = Type.Object({ content: Type.String({ minLength: 1, maxLength: 10_000 }) });

/** What somebody says, beside where and who. */
export interface Said {
  readonly content: string;
  /** Default: `MESSAGE`. */
  readonly messageType?: MessageType | undefined;
}

/** Makes the message; it is not published yet. */
export function messageOf(
  roomId: string,
  sender: string,
  { content, messageType = 'MESSAGE' }: Said,
): ChatMessage {
  return { id: randomUUID(), roomId, sender, content, sentAt: new Date().toISOString(), messageType };
}
