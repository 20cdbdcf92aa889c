// The Fastify plugin: a STOMP server on an application's HTTP server, logger and sessions.
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { ConfigError } from './config/config.ts';
import { byRequest, type OpeningRequests } from './fastify/by-request.ts';
import { type StompwireOptions, serverOptions } from './fastify/options.ts';
import { addRoutes } from './fastify/routes.ts';
import { Upgrades } from './fastify/upgrades.ts';
import { createServer, type Server } from './server.ts';

export type { Authenticate, StompwireOptions } from './fastify/options.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The STOMP server that the plugin `stompwire/fastify` registered. */
    stompwire: Server;
  }
}

const plugin: FastifyPluginAsync<StompwireOptions> = async (application, options) => {
  const requests: OpeningRequests = new WeakMap();
  const server = serverOn(application, options, requests);
  decorate(application, options.as ?? 'stompwire', server);
  const upgrades = new Upgrades(application, endpointsOf(server));
  addRoutes(application, pathsOf(server, application), server, upgrades, requests);
  upgrades.listen();
  application.addHook('onReady', () => server.start());
  // before the HTTP server is closed, which would wait for our clients, or cut them off without a word
  application.addHook('preClose', () => server.drain());
  application.addHook('onClose', () => server.close());
  await options.setup?.(server);
};

function serverOn(
  application: FastifyInstance,
  options: StompwireOptions,
  requests: OpeningRequests,
): Server {
  const { authenticate, authenticator } = options;
  const who = authenticate === undefined ? authenticator : byRequest(authenticate, requests);
  const parts = { http: application, ...(who !== undefined && { authenticator: who }) };
  return createServer(serverOptions(options, application), parts);
}

function decorate(application: FastifyInstance, name: string, server: Server): void {
  if (application.hasDecorator(name))
    throw new ConfigError([`as: the application has a decorator "${name}" already; give another name`]);
  application.decorate(name, server);
}

/** The scope puts its prefix before every route itself. */
function pathsOf(server: Server, { prefix }: FastifyInstance): string[] {
  return endpointsOf(server).map((path) => path.slice(prefix.length));
}

/** The paths that take upgrades, of STOMP or plain. */
function endpointsOf({ config: { endpoints, plainEndpoint } }: Server): string[] {
  return plainEndpoint === undefined ? [...endpoints] : [...endpoints, plainEndpoint];
}

/**
 * Puts a STOMP server on an application's HTTP server. It starts when the application is ready, and is drained when
 * the application is closed, before its HTTP server is. `application.stompwire` is the {@link Server}.
 *
 * @throws {ConfigError} from `ready`, with everything that is wrong with the options
 *
 * @example
 * ```ts
 * import Fastify from 'fastify';
 * import { stompwire } from 'stompwire/fastify';
 *
 * const application = Fastify();
 * await application.register(stompwire, { endpoints: ['/ws'], allowAnonymous: true });
 * application.stompwire.app.message('/greet/{name}', ({ params }) => `Hello, ${params.name}`);
 * application.post('/news', async ({ body }) => application.stompwire.publish('/topic/news', body));
 * await application.listen({ port: 0 });
 * await application.close();
 * ```
 */
export const stompwire: FastifyPluginAsync<StompwireOptions> = Object.assign(plugin, {
  // what is decorated is seen by the whole application [Fastify, Plugins, "Handle the scope"]
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'stompwire',
  [Symbol.for('plugin-meta')]: { name: 'stompwire', fastify: '5.x' },
});

export default stompwire;
