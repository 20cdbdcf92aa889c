// Members of rooms over HTTP: listed, taken in, given a role, sent out.
import type { Static } from 'typebox';
import { linkNext } from './links.ts';
import type { Routes } from './routes.ts';
import {
  Asker,
  answers,
  listOf,
  MemberAsked,
  MemberPath,
  MemberShown,
  nothing,
  Part,
  RoomPath,
} from './schemas.ts';

const tags = ['members'];

/** Registers the routes. */
export const addMemberRoutes: Routes = (http, { rooms, asking }) => {
  http.get<{ Params: Static<typeof RoomPath>; Querystring: Static<typeof Part> }>(
    '/rooms/:roomId/members',
    {
      schema: {
        tags,
        summary: 'Lists the members of a room',
        params: RoomPath,
        querystring: Part,
        response: answers({ 200: listOf(MemberShown) }),
      },
    },
    async (request, reply) => {
      const { limit = 100, after } = request.query;
      const name = await asking.reader(request);
      const { items, next } = await rooms.members(request.params.roomId, name, { limit, after });
      linkNext(request, reply, 'after', next);
      return items;
    },
  );
  http.put<{ Params: Static<typeof MemberPath>; Body: Static<typeof MemberAsked> }>(
    '/rooms/:roomId/members/:userId',
    {
      schema: {
        tags,
        summary: 'Goes into a public room, takes somebody in, or gives another role',
        params: MemberPath,
        querystring: Asker,
        body: MemberAsked,
        response: answers({ 204: nothing }),
      },
    },
    async (request, reply) => {
      const { roomId, userId } = request.params;
      const { role } = request.body;
      const { name } = await asking.somebody(request);
      if (userId === name && role === undefined) await rooms.join(roomId, name);
      else await rooms.invite(roomId, userId, role, name);
      return reply.code(204).send();
    },
  );
  http.delete<{ Params: Static<typeof MemberPath> }>(
    '/rooms/:roomId/members/:userId',
    {
      schema: {
        tags,
        summary: 'Leaves a room, or sends somebody out',
        params: MemberPath,
        querystring: Asker,
        response: answers({ 204: nothing }),
      },
    },
    async (request, reply) => {
      const { roomId, userId } = request.params;
      await rooms.remove(roomId, userId, (await asking.somebody(request)).name);
      return reply.code(204).send();
    },
  );
};
