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
  const names = new Set(await users.names(after, limit));
  for (const { user } of users.sessions())
    if (!user.authenticated && isBehind(user.name, after)) names.add(user.name);
  return [...names].sort((a, b) => (isBehind(a, b) ? 1 : -1)).slice(0, limit);
}

/** In the order of UTF-8 bytes, as the names of all nodes come. */
function isBehind(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0;
}
