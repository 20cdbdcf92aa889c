// Rooms over HTTP: listed, made, described, renamed, deleted.
import type { Static } from 'typebox';
import { linkNext } from './links.ts';
import type { Routes } from './routes.ts';
import {
  Asker,
  answers,
  listOf,
  NewRoomAsked,
  nothing,
  OnlyAsker,
  RenameAsked,
  RoomDescribed,
  RoomPath,
  RoomShown,
  RoomsAsked,
  UserPath,
} from './schemas.ts';

const tags = ['rooms'];

/** Registers the routes. */
export const addRoomRoutes: Routes = (http, { rooms, asking }) => {
  http.get<{ Querystring: Static<typeof RoomsAsked> }>(
    '/rooms',
    {
      schema: {
        tags,
        summary: 'Lists rooms',
        querystring: RoomsAsked,
        response: answers({ 200: listOf(RoomShown) }),
      },
    },
    async (request, reply) => {
      const { limit = 100, after, of } = request.query;
      const user = await asking.anyone(request);
      const mine = of === 'mine' || (of === undefined && asking.names(request, user));
      const asked = { limit, after };
      const { items, next } = await (mine ? rooms.mine(user.name, asked) : rooms.public(asked));
      linkNext(request, reply, 'after', next);
      return items;
    },
  );
  http.post<{ Body: Static<typeof NewRoomAsked> }>(
    '/rooms',
    {
      schema: {
        tags,
        summary: 'Makes a room, of which its maker is the owner',
        querystring: Asker,
        body: NewRoomAsked,
        response: answers({ 201: RoomShown }),
      },
    },
    async (request, reply) => {
      const { name: by } = await asking.somebody(request);
      const { id, name, kind } = request.body;
      const room = await rooms.create({ id, name, kind }, by);
      return reply
        .code(201)
        .header('location', `${request.url.replace(/\?.*$/s, '')}/${encodeURIComponent(room.id)}`)
        .send(room);
    },
  );
  http.get<{ Params: Static<typeof RoomPath> }>(
    '/rooms/:roomId',
    {
      schema: {
        tags,
        summary: 'Describes a room',
        params: RoomPath,
        querystring: Asker,
        response: answers({ 200: RoomDescribed }),
      },
    },
    async (request) => rooms.describe(request.params.roomId, await asking.reader(request)),
  );
  http.patch<{ Params: Static<typeof RoomPath>; Body: Static<typeof RenameAsked> }>(
    '/rooms/:roomId',
    {
      schema: {
        tags,
        summary: 'Gives a room another name',
        params: RoomPath,
        querystring: Asker,
        body: RenameAsked,
        response: answers({ 200: RoomShown }),
      },
    },
    async (request) =>
      rooms.rename(request.params.roomId, request.body.name, (await asking.somebody(request)).name),
  );
  http.delete<{ Params: Static<typeof RoomPath> }>(
    '/rooms/:roomId',
    {
      schema: {
        tags,
        summary: 'Ends a room, for everybody',
        params: RoomPath,
        querystring: Asker,
        response: answers({ 204: nothing }),
      },
    },
    async (request, reply) => {
      await rooms.delete(request.params.roomId, (await asking.somebody(request)).name);
      return reply.code(204).send();
    },
  );
  http.post<{ Params: Static<typeof UserPath> }>(
    '/users/:userId/rooms',
    {
      schema: {
        tags,
        summary: 'The room of two, with the user in the path: made when it is first asked for',
        params: UserPath,
        querystring: Asker,
        body: OnlyAsker,
        response: answers({ 200: RoomShown }),
      },
    },
    async (request) => rooms.direct((await asking.somebody(request)).name, request.params.userId),
  );
};
