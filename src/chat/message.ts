// A message of a room: made in one place, whichever way it came, so that it is the same for everybody.
import { randomUUID } from 'node:crypto';
import { Ajv, type ValidateFunction } from 'ajv';
import { type Static, Type } from 'typebox';

/** What a message is: said, a change of one that was said, a mark on one, or said by the chat itself. */
export const messageTypes = ['MESSAGE', 'EDIT', 'DELETE', 'REACTION', 'SYSTEM'] as const;
export type MessageType = (typeof messageTypes)[number];

/** A message as everybody in the room gets it. */
export interface ChatMessage extends Extras {
  readonly id: string;
  readonly roomId: string;
  /** The name of who sent it, never one that the payload claims; of what the chat itself says, who did it. */
  readonly sender: string;
  /** Text, shown as text: nothing in it is HTML. */
  readonly content: string;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly messageType: MessageType;
}

/** A file that is elsewhere; it is never fetched from here. */
export const Attachment = Type.Object({
  url: Type.String({ pattern: '^https://', maxLength: 2048 }),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  type: Type.Optional(Type.String({ maxLength: 100 })),
  size: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Attachment = Readonly<Static<typeof Attachment>>;

const name = Type.Optional(Type.String());
/** What has happened to a room: to whom, what somebody may do now, what the room is called, and was. */
export const RoomEvent = Type.Object(
  { what: Type.String(), user: name, role: name, name, from: name },
  { description: 'What a SYSTEM message tells of.' },
);
export type RoomEvent = Readonly<Static<typeof RoomEvent>>;

/** What a message may have beside its text. */
export interface Extras {
  /** The `messageId` of the message that it answers. */
  readonly replyTo?: string | undefined;
  /** Who is meant: users that may read the room. */
  readonly mentions?: readonly string[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** The `messageId` of the message that an EDIT, DELETE or REACTION is about. */
  readonly of?: string | undefined;
  /** Of a REACTION: which, and whether it is there now. */
  readonly emoji?: string | undefined;
  readonly on?: boolean | undefined;
  /** Of a SYSTEM message. */
  readonly event?: RoomEvent | undefined;
}

/** The `messageId` of a message, as clients name one. */
export const MessageName = Type.String({ minLength: 1, maxLength: 64 });
export const Content = Type.String({ minLength: 1, maxLength: 10_000 });

/** What a client sends; other fields are allowed and go nowhere. */
export const Post = Type.Object({
  content: Content,
  replyTo: Type.Optional(MessageName),
  mentions: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 20 })),
  attachments: Type.Optional(Type.Array(Attachment, { maxItems: 10 })),
});

/** What somebody says, beside where and who. */
export interface Said extends Extras {
  readonly content: string;
  /** Default: `MESSAGE`. */
  readonly messageType?: MessageType | undefined;
}

/** What of a payload counts: nothing that it claims to be beyond that. */
export function saidOf({ content, replyTo, mentions, attachments }: Static<typeof Post>): Said {
  if (replyTo === undefined && mentions === undefined && attachments === undefined) return { content };
  return {
    content,
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions !== undefined && { mentions }),
    ...(attachments !== undefined && { attachments }),
  };
}

/** Makes the message; it is not published yet. */
export function messageOf(
  roomId: string,
  sender: string,
  { content, messageType = 'MESSAGE', ...extras }: Said,
): ChatMessage {
  const sentAt = new Date().toISOString();
  return { id: randomUUID(), roomId, sender, content, sentAt, messageType, ...extras };
}

/** What a message of the chat is, in all that is read of it; any program may have published something else. */
const MessageRead = Type.Object({
  id: Type.String(),
  content: Type.String(),
  roomId: Type.Optional(Type.String()),
  sender: Type.Optional(Type.String()),
  sentAt: Type.Optional(Type.String()),
  messageType: Type.Optional(Type.Enum([...messageTypes])),
  replyTo: Type.Optional(Type.String()),
  mentions: Type.Optional(Type.Array(Type.String())),
  attachments: Type.Optional(Type.Array(Attachment)),
  of: Type.Optional(Type.String()),
  emoji: Type.Optional(Type.String()),
  on: Type.Optional(Type.Boolean()),
  event: Type.Optional(RoomEvent),
});

let compiled: ValidateFunction<ChatMessage> | undefined;

/** Compiled with the first that is read: a start need not wait for it. */
function isMessage(value: unknown): value is ChatMessage {
  compiled ??= new Ajv().compile<ChatMessage>(MessageRead);
  return compiled(value);
}

/** The message in a body; `undefined`: something else was published there. */
export function messageIn(body: { toString(): string }): ChatMessage | undefined {
  try {
    const said: unknown = JSON.parse(body.toString());
    return isMessage(said) ? said : undefined;
  } catch {
    return undefined;
  }
}
