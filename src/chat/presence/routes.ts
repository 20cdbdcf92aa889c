// Presence, read marks and unread counts over HTTP.
import { type Static, Type } from 'typebox';
import type { RoomAccess } from '../access.ts';
import type { Reading } from '../reading/reading.ts';
import type { Unread } from '../reading/unread.ts';
import type { Routes } from '../rest/routes.ts';
import { Asker, AskerInBody, answers, RoomPath } from '../rest/schemas.ts';
import { checkedRoomId } from '../rooms.ts';
import type { Presence } from './presence.ts';

const state = Type.Enum(['online', 'away', 'offline'], { type: 'string' });
const guest = Type.Optional(Type.Boolean({ description: 'Whether the name is said only.' }));
const Person = Type.Object({ user: Type.String(), state, guest });

const RoomPresence = Type.Object({
  roomId: Type.String(),
  version: Type.Integer({ description: 'What is told over STOMP on the same node goes onto it.' }),
  count: Type.Integer({ description: 'How many people are in the room.' }),
  people: Type.Optional(Type.Array(Person, { description: 'None: there are too many to be named.' })),
});

const UserPresence = Type.Object({
  ...Person.properties,
  lastSeen: Type.Optional(
    Type.String({ description: 'When the last device went, if none is there and it is known.' }),
  ),
});

const UserName = Type.String({ minLength: 1, maxLength: 128 });

const UsersAsked = Type.Object({
  ...Asker.properties,
  user: Type.Union([UserName, Type.Array(UserName, { minItems: 1, maxItems: 100 })], {
    description: 'Of whom; may be given several times.',
  }),
});

const RoomsAsked = Type.Object({
  ...Asker.properties,
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, default: 200, description: 'At most so many rooms.' }),
  ),
});

const UnreadCount = Type.Object({
  roomId: Type.String(),
  unread: Type.Integer({ description: 'Messages of others that were not read; exact up to 99.' }),
  more: Type.Optional(Type.Boolean({ description: 'There are more.' })),
  read: Type.Integer({ description: 'The number of the last message that was read; 0: none was.' }),
  upTo: Type.Integer({ description: 'The number of the newest message that was looked at.' }),
});

const ReadAsked = Type.Object({
  ...AskerInBody,
  number: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a message, as messages show it.' })),
  messageId: Type.Optional(Type.String({ maxLength: 64 })),
});

const ReadShown = Type.Object({
  number: Type.Integer({ description: 'Of the last message that was read.' }),
});

/** What the routes stand on. */
export interface LiveShown {
  readonly presence: Pick<Presence, 'room' | 'of'>;
  readonly unread: Unread;
  readonly reading: Reading;
}

/** Makes the routes. */
export function liveRoutes({ presence, unread, reading }: LiveShown, access: RoomAccess): Routes {
  return (http, { asking }) => {
    http.get<{ Params: Static<typeof RoomPath> }>(
      '/rooms/:roomId/presence',
      {
        schema: {
          ...{ tags: ['presence'], summary: 'Who is in a room' },
          ...{ params: RoomPath, querystring: Asker, response: answers({ 200: RoomPresence }) },
        },
      },
      async (request) => {
        const name = await asking.reader(request);
        const roomId = checkedRoomId(request.params.roomId);
        await access.assertReads(roomId, name);
        return presence.room(roomId);
      },
    );
    http.get<{ Querystring: Static<typeof UsersAsked> }>(
      '/presence',
      {
        schema: {
          ...{ tags: ['presence'], summary: 'Whether users are there, and since when not' },
          ...{ querystring: UsersAsked, response: answers({ 200: Type.Array(UserPresence) }) },
        },
      },
      async (request) => {
        await asking.anyone(request);
        return presence.of([request.query.user].flat());
      },
    );
    http.get<{ Params: Static<typeof RoomPath> }>(
      '/rooms/:roomId/unread',
      {
        schema: {
          ...{ tags: ['unread'], summary: 'How much of a room was not read' },
          ...{ params: RoomPath, querystring: Asker, response: answers({ 200: UnreadCount }) },
        },
      },
      async (request) => {
        const { name } = await asking.somebody(request);
        const roomId = checkedRoomId(request.params.roomId);
        await access.assertReads(roomId, name);
        return unread.of(name, roomId);
      },
    );
    http.get<{ Querystring: Static<typeof RoomsAsked> }>(
      '/unread',
      {
        schema: {
          ...{ tags: ['unread'], summary: 'What was not read, in the rooms of who asks' },
          ...{ querystring: RoomsAsked, response: answers({ 200: Type.Array(UnreadCount) }) },
        },
      },
      async (request) => unread.all((await asking.somebody(request)).name, request.query.limit),
    );
    http.put<{ Params: Static<typeof RoomPath>; Body: Static<typeof ReadAsked> }>(
      '/rooms/:roomId/read',
      {
        schema: {
          ...{ tags: ['unread'], summary: 'Says how far somebody has read; it goes forward only' },
          ...{ params: RoomPath, querystring: Asker, body: ReadAsked, response: answers({ 200: ReadShown }) },
        },
      },
      async (request) => {
        const { name } = await asking.somebody(request);
        const roomId = checkedRoomId(request.params.roomId);
        await access.assertReads(roomId, name);
        const mark = await reading.read(roomId, name, request.body);
        return { number: mark?.number ?? 0 };
      },
    );
  };
}
