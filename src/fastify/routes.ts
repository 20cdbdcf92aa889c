// The routes of the endpoints in an application: its hooks run, its body parsers do not.
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import type { Server } from '../server.ts';
import type { OpeningRequests } from './by-request.ts';
import type { Upgrades } from './upgrades.ts';

/** Adds a route for each path under the endpoints. @param paths - of the endpoints, without the scope's prefix */
export function addRoutes(
  application: FastifyInstance,
  paths: readonly string[],
  server: Server,
  upgrades: Upgrades,
  requests: OpeningRequests,
): void {
  const route: Omit<RouteOptions, 'url'> = {
    method: application.supportedMethods as HTTPMethods[],
    // the last hook before a body is read: SockJS reads it itself, and calls it by types that no parser would take
    onRequest: (request, reply, done) => {
      requests.set(request.raw.headers, request);
      if (!answered(server, upgrades, request, reply)) done();
    },
    handler: (_request, reply) => reply.callNotFound(),
    logSerializers: { req: withoutQuery },
  };
  const below = server.config.sockjs ? '/*' : '/websocket';
  for (const path of paths) {
    application.route({ ...route, url: path });
    application.route({ ...route, url: `${path}${below}` });
  }
}

function answered(server: Server, upgrades: Upgrades, request: FastifyRequest, reply: FastifyReply): boolean {
  if (upgrades.has(request.raw)) {
    upgrades.take(reply, (raw, socket: Socket, head) => server.upgrade(raw, socket, head));
    return true;
  }
  if (!server.handle(request.raw, reply.raw)) return false;
  reply.hijack();
  return true;
}

/** A query may hold a token. */
function withoutQuery({ method, url, host, ip }: FastifyRequest) {
  return { method, url: url.replace(/\?.*$/s, ''), host, remoteAddress: ip };
}
