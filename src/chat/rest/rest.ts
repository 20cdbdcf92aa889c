// The chat over HTTP: its routes, with the document that describes them and a page to try them.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Server, StompwireError } from '../../index.ts';
import { Asking } from './asking.ts';
import { addChangeRoutes } from './change-routes.ts';
import { compiledOnce } from './compiled.ts';
import { crossOrigin, isEmbedded } from './cross-origin.ts';
import { addDocument } from './document.ts';
import { addMemberRoutes } from './member-routes.ts';
import { addMessageRoutes } from './message-routes.ts';
import { answerProblem } from './problem-document.ts';
import { addRoomRoutes } from './room-routes.ts';
import type { RestParts, Routes } from './routes.ts';
import { addStreamRoute } from './stream-route.ts';
import { addUserRoutes } from './user-routes.ts';

const routes: readonly Routes[] = [
  addRoomRoutes,
  addMessageRoutes,
  addChangeRoutes,
  addStreamRoute,
  addMemberRoutes,
  addUserRoutes,
];

const inBodies = compiledOnce();
// `Infinity` is coerced to a number that no bound of strict numbers is asked about
const inTexts = compiledOnce({ coerceTypes: true, useDefaults: true, strictNumbers: false });

export const prefix = '/api/chat';

/** Adds the routes of the chat. @param more - of parts of the chat that have routes of their own */
export function addRest(
  server: Server,
  parts: Omit<RestParts, 'server' | 'asking'>,
  more: readonly Routes[] = [],
): void {
  const all = { ...parts, server, asking: new Asking(server) };
  server.http.register(
    async (http) => {
      addManners(http, server);
      await addDocument(http, prefix);
      for (const add of [...routes, ...more]) http.register(async (scope) => add(scope, all));
      http.all('/*', { schema: { hide: true } }, (request, reply) => {
        // what a page of another origin asks before it asks
        if (request.method === 'OPTIONS') return reply.code(204).send();
        throw Object.assign(new Error(`${request.method} ${pathOf(request)}: nothing is there`), {
          statusCode: 404,
        });
      });
    },
    { prefix },
  );
}

function pathOf({ url }: FastifyRequest): string {
  return url.replace(/\?.*$/s, '');
}

/** What holds for every route: JSON only, problems as documents, nothing is kept or guessed at. */
function addManners(http: FastifyInstance, { config }: Server): void {
  http.removeContentTypeParser('text/plain'); // a form of a stranger's page may send it without asking
  http.setErrorHandler(answerProblem);
  http.addHook('onRoute', (route) => {
    route.config = { ...route.config, ownProblems: true };
  });
  http.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    reply.headers(crossOrigin(request, config.origins));
    if (isEmbedded(request))
      throw new StompwireError('denied', 'what is said here is not for pages of others to embed');
  });
  http.addHook('preValidation', async (request) => {
    if (request.method !== 'GET') request.body ??= {};
  });
  http.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? inBodies : inTexts)(schema as object),
  );
}
