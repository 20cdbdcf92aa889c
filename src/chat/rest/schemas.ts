// What goes over HTTP, as JSON schemas: requests are held to them, answers are written by them, the document shows them.
import { type TSchema, Type } from 'typebox';
import { Attachment, messageTypes, RoomEvent } from '../message.ts';
import { ProblemDocument } from './problem-document.ts';

/** Who asks, where nobody has to prove it. Some clients number their users. */
const UserId = Type.String({
  minLength: 1,
  maxLength: 128,
  description:
    'Who asks, where names are not proven. With authentication it may be left out, or must be the same.',
});

export const Asker = Type.Object({ userId: Type.Optional(UserId) });

/** In a body, where a number is no text. */
export const AskerInBody = {
  userId: Type.Optional(
    Type.Union([UserId, Type.Integer()], { description: 'As in the query; that of the query goes before.' }),
  ),
};

export const RoomPath = Type.Object({
  roomId: Type.String({ description: '1 to 64 letters, digits, - and _' }),
});
export const UserPath = Type.Object({ userId: Type.String({ description: 'The name of a user.' }) });
export const MessagePath = Type.Object({
  ...RoomPath.properties,
  messageId: Type.String({
    description: 'The `messageId` of a message, or its `number`; not its `id`.',
  }),
});
export const ReactionPath = Type.Object({
  ...MessagePath.properties,
  emoji: Type.String({ maxLength: 32, description: 'One emoji, such as 👍; percent-encoded.' }),
});
export const MemberPath = Type.Object({ ...RoomPath.properties, ...UserPath.properties });

const limit = (least: number, most: number, usual: number) =>
  Type.Optional(
    Type.Integer({ minimum: least, maximum: most, default: usual, description: 'At most so many.' }),
  );

/** A part of a list. */
export const Part = Type.Object({
  ...Asker.properties,
  limit: limit(1, 200, 100),
  after: Type.Optional(
    Type.String({ maxLength: 200, description: 'Only what comes behind this one; the link `next` has it.' }),
  ),
});

export const RoomsAsked = Type.Object({
  ...Part.properties,
  of: Type.Optional(
    Type.Enum(['mine', 'public'], {
      type: 'string',
      description: 'Those of who asks, or those that everybody may enter; `mine` where it is known who asks.',
    }),
  ),
});

const kind = Type.Enum(['public', 'private', 'direct'], { type: 'string' });
const role = Type.Enum(['owner', 'member', 'reader'], { type: 'string' });
const milliseconds = (description: string) =>
  Type.Integer({ description: `${description}, in milliseconds since the epoch of Unix.` });

const roomProperties = {
  id: Type.String(),
  name: Type.String(),
  kind,
  createdAt: milliseconds('When it was made'),
  createdBy: Type.Optional(Type.String()),
  role: Type.Optional(role),
  with: Type.Optional(Type.String({ description: 'Of a room of two: the other one.' })),
};

export const RoomShown = Type.Object(roomProperties, { title: 'Room' });
export const RoomDescribed = Type.Object(
  {
    ...roomProperties,
    members: Type.Integer({ description: 'How many members it has.' }),
    notifications: Type.Enum(['all', 'mentions'], {
      type: 'string',
      description:
        'Whom a message notifies: all members, or those who are mentioned, for there are too many.',
    }),
  },
  { title: 'RoomDescription' },
);
export const NewRoomAsked = Type.Object({
  ...AskerInBody,
  id: Type.Optional(Type.String({ description: 'Default: one that nobody can guess.' })),
  name: Type.Optional(Type.String({ description: 'What people see; default: the id.' })),
  kind: Type.Optional(Type.Enum(['public', 'private'], { type: 'string' })),
});
export const RenameAsked = Type.Object({ ...AskerInBody, name: Type.String() });
export const OnlyAsker = Type.Object(AskerInBody);

export const MemberShown = Type.Object(
  { user: Type.String(), role, joinedAt: milliseconds('When') },
  { title: 'Member' },
);
export const MemberAsked = Type.Object({ ...AskerInBody, role: Type.Optional(role) });

export const UserShown = Type.Object({ name: Type.String(), online: Type.Boolean() }, { title: 'User' });

/** The name of a place in a room: a number, or a message-id. */
const Place = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 64, description }));

const Moment = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 40,
      description: `${description}: ISO 8601, or milliseconds since the epoch of Unix.`,
    }),
  );

export const MessagesAsked = Type.Object({
  ...Asker.properties,
  limit: limit(1, 200, 50),
  before: Place('Only what was said before this message: its `number` or its `messageId`.'),
  after: Place('Only what was said after it; the page is then the oldest of that, and not the newest.'),
  lastMessageId: Place('The same as `before`, as other chats call it.'),
  from: Moment('Not older than this'),
  to: Moment('Older than this'),
  sender: Type.Optional(Type.String({ maxLength: 128, description: 'Only what this one has said.' })),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Only what holds this text.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: 'From the link `next`; all else must be the same.' }),
  ),
});

const messageProperties = {
  id: Type.String({ description: 'A UUID; the same wherever the message is seen.' }),
  messageId: Type.Optional(
    Type.String({ description: 'Its place in the room: what `Last-Event-ID` and STOMP have.' }),
  ),
  number: Type.Optional(
    Type.Integer({ description: 'A number of its own in the room, larger than those before.' }),
  ),
  roomId: Type.String(),
  sender: Type.String(),
  content: Type.String({ description: 'As it was said: text, whatever stands in it.' }),
  sentAt: Type.String({ description: 'ISO 8601, UTC.' }),
  messageType: Type.Enum([...messageTypes], { type: 'string' }),
  replyTo: Type.Optional(Type.String({ description: 'The `messageId` of the message that it answers.' })),
  mentions: Type.Optional(Type.Array(Type.String(), { description: 'Who is meant.' })),
  attachments: Type.Optional(
    Type.Array(Attachment, { description: 'Files that are elsewhere; nothing was fetched or looked at.' }),
  ),
  of: Type.Optional(
    Type.String({ description: 'The `messageId` of what an EDIT, DELETE or REACTION is about.' }),
  ),
  emoji: Type.Optional(Type.String({ description: 'Of a REACTION.' })),
  on: Type.Optional(Type.Boolean({ description: 'Of a REACTION: whether it is there now.' })),
  event: Type.Optional(RoomEvent),
  version: Type.Optional(
    Type.Integer({ description: 'Which edit of it this is; what `If-Match` and `ifVersion` take.' }),
  ),
  editedAt: Type.Optional(Type.String({ description: 'ISO 8601, UTC; none: it was never edited.' })),
  reactions: Type.Optional(
    Type.Array(
      Type.Object({
        emoji: Type.String(),
        count: Type.Integer({ description: 'How many have reacted so.' }),
        users: Type.Array(Type.String(), {
          description: 'Who, at most 50: who asks first, then in the order in which they did.',
        }),
        mine: Type.Boolean({ description: 'Whether who asks is among them.' }),
      }),
      { description: 'None: nobody has.' },
    ),
  ),
  tombstone: Type.Optional(
    Type.Enum(['redacted', 'poisoned'], {
      type: 'string',
      description: 'Why nothing of it is left to be read.',
    }),
  ),
};

export const MessageShown = Type.Object(messageProperties, {
  title: 'Message',
  additionalProperties: true,
});

export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[ -~]{1,128}$',
      description: 'Said again under the same key, a message is not said again: the answer is the first one.',
    }),
  ),
});

export const VersionHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description: 'The `ETag` of the message, its `version` in quotes: only then it is changed.',
    }),
  ),
});

export const StreamAsked = Type.Object({
  ...Asker.properties,
  from: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'Where to begin without `Last-Event-ID`: a `messageId`, `first`, or `last-` and a number up to 10000.',
    }),
  ),
});
export const StreamHeader = Type.Object({
  'last-event-id': Type.Optional(Type.String({ description: 'The id of the last event that was seen.' })),
});

/** What every route may answer beside its own. */
export function answers(own: Record<number, TSchema | object>): Record<string | number, unknown> {
  const problem = {
    description: 'A problem.',
    content: { 'application/problem+json': { schema: ProblemDocument } },
  };
  return { ...own, '4xx': problem, '5xx': problem };
}

/** What is there no more is answered with nothing. */
export const nothing = Type.Null({ description: 'Done.' });

/** A list; the link `next` leads on. */
export function listOf(item: TSchema): TSchema {
  return Type.Array(item, {
    description: 'The header `link` leads to what follows (rel="next"), if anything does.',
  });
}
