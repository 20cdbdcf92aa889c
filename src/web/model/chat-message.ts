// What the service says: messages, and what later ones make of them.

/** A file that is elsewhere: its address is https or http, and nothing else. */
export interface Attachment {
  readonly url: string;
  readonly name: string;
  /** Its media type. */
  readonly type?: string;
  /** In bytes. */
  readonly size?: number;
}

/** What a message may have beside its text. */
export interface Extras {
  /** The message-id of the message that it answers. */
  readonly replyTo?: string;
  /** Who is meant, by name. */
  readonly mentions?: readonly string[];
  readonly attachments?: readonly Attachment[];
}

/** One kind of reaction, and who has reacted so. */
export interface Reaction {
  readonly emoji: string;
  readonly users: readonly string[];
  /** So many more, who are not named. */
  readonly others: number;
}

/** A message as the service delivers it; `sentAt` in milliseconds since 1970. */
export interface ChatMessage extends Extras {
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly content: string;
  readonly sentAt: number;
  /** Its place in the room, where the room is logged: what edits name it by, and what older pages end before. */
  readonly messageId?: string;
  /** Nobody said it: it tells what has happened in the room. */
  readonly system?: true;
  readonly event?: SystemEvent;
  /** What became of it later. */
  readonly change?: 'edited' | 'deleted';
  readonly reactions?: readonly Reaction[];
}

/** What has happened in a room, as the service tells it beside its own words. */
export interface SystemEvent {
  readonly what: string | undefined;
  readonly user: string | undefined;
  readonly role: string | undefined;
  /** What the room is called, and was. */
  readonly name: string | undefined;
  readonly from: string | undefined;
}

/** What somebody made of a message that was said before. */
export interface Amendment {
  readonly roomId: string;
  /** The message-id of the message. */
  readonly of: string;
  /** The new text; none: it was deleted. */
  readonly content: string | undefined;
}

/** Somebody put an emoji under a message, or took it away. */
export interface ReactionMark {
  readonly roomId: string;
  /** The message-id of the message. */
  readonly of: string;
  readonly user: string;
  readonly emoji: string;
  readonly on: boolean;
}

/** What comes over a room's topic. */
export type Arrival =
  | { readonly kind: 'message'; readonly message: ChatMessage }
  | { readonly kind: 'amendment'; readonly amendment: Amendment }
  | { readonly kind: 'reaction'; readonly mark: ReactionMark };
