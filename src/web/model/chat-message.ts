// What the service says: messages, and what later ones make of them.

/** A message as the service delivers it; `sentAt` in milliseconds since 1970. */
export interface ChatMessage {
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly content: string;
  readonly sentAt: number;
  /** Its place in the room, where the room is logged: what edits name it by, and what older pages end before. */
  readonly messageId?: string;
  /** Nobody said it: it tells what has happened in the room. */
  readonly system?: true;
  /** What became of it later. */
  readonly change?: 'edited' | 'deleted';
}

/** What somebody made of a message that was said before. */
export interface Amendment {
  readonly roomId: string;
  /** The message-id of the message. */
  readonly of: string;
  /** The new text; none: it was deleted. */
  readonly content: string | undefined;
}

/** What comes over a room's topic. */
export type Arrival =
  | { readonly kind: 'message'; readonly message: ChatMessage }
  | { readonly kind: 'amendment'; readonly amendment: Amendment };
