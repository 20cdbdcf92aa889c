// The chat over HTTP: its routes, with the document that describes them and a page to try them.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Ajv } from 'ajv';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Server } from '../../index.ts';
import { Asking } from './asking.ts';
import { crossOrigin } from './cross-origin.ts';
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
  addStreamRoute,
  addMemberRoutes,
  addUserRoutes,
];

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
      await addDocument(http);
      for (const add of [...routes, ...more]) http.register(async (scope) => add(scope, all));
      http.all('/*', { schema: { hide: true } }, (request) => {
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
  });
  http.addHook('preValidation', async (request) => {
    if (request.method !== 'GET') request.body ??= {};
  });
  const [inBodies, inTexts] = [new Ajv(), new Ajv({ coerceTypes: true, useDefaults: true })];
  http.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? inBodies : inTexts).compile(schema as object),
  );
}

async function addDocument(http: FastifyInstance): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Chat',
        version: '1.0.0',
        description:
          'Rooms, messages and members over HTTP. What is said here and what is said over STOMP are the same messages.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          password: { type: 'http', scheme: 'basic' },
        },
      },
      security: [{}, { token: [] }, { password: [] }],
    },
  });
  http.get('/openapi.json', { schema: { hide: true } }, async () => http.swagger());
  await http.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { url: `${prefix}/openapi.json` },
  });
}
