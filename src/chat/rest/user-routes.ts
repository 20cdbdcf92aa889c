// Who is there, over HTTP: to choose somebody to write to.
import type { Static } from 'typebox';
import type { Server } from '../../index.ts';
import { linkNext } from './links.ts';
import type { Routes } from './routes.ts';
import { answers, listOf, Part, UserShown } from './schemas.ts';

/** Registers the route. */
export const addUserRoutes: Routes = (http, { server, asking }) => {
  http.get<{ Querystring: Static<typeof Part> }>(
    '/users',
    {
      schema: {
        tags: ['users'],
        summary: 'Lists who is connected',
        querystring: Part,
        response: answers({ 200: listOf(UserShown) }),
      },
    },
    async (request, reply) => {
      const { limit = 100, after = '' } = request.query;
      await asking.anyone(request);
      const names = await connected(server, after, limit + 1);
      const shown = names.slice(0, limit);
      linkNext(request, reply, 'after', names.length > limit ? shown.at(-1) : undefined);
      return shown.map((name) => ({ name, online: true }));
    },
  );
};

/** Those who proved their names on any node; who merely says a name is known where it is connected. */
async function connected({ users }: Server, after: string, limit: number): Promise<string[]> {
  const lowest = [...(await users.names(after, limit))];
  for (const { user } of users.sessions())
    if (!user.authenticated && isBehind(user.name, after)) putIn(lowest, user.name, limit);
  return lowest;
}

/** Keeps the first names of all, in order, each once: there may be very many. */
function putIn(lowest: string[], name: string, limit: number): void {
  const last = lowest.at(-1);
  if (lowest.length === limit && last !== undefined && !isBehind(last, name)) return;
  const found = lowest.findIndex((one) => !isBehind(name, one));
  const at = found === -1 ? lowest.length : found;
  if (lowest[at] === name) return;
  lowest.splice(at, 0, name);
  if (lowest.length > limit) lowest.pop();
}

/** In the order of UTF-8 bytes, as the names of all nodes come. */
function isBehind(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0;
}
