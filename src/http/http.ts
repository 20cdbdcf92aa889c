// The HTTP side of a server, on fastify: health, and the guard that every request passes.
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { compile } from '@fastify/proxy-addr';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config/config.ts';
import { StompwireError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { OriginGuard } from '../transport/origins.ts';
import type { Peer } from '../transport/transport.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route says in its own words what is wrong, also when the guard of the server refuses a request. */
    ownProblems?: boolean;
  }
}

/** What health answers depend on. */
export interface Health {
  /** Why the server takes no clients, or `undefined` when it does. */
  notReady(): string | undefined;
}

/** What TLS listeners are given: PEM texts, and how long a handshake may take in milliseconds. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  readonly handshakeTimeout: number;
}

/** The certificate and its key, or `undefined` without TLS. */
export function tlsOf(config: Config): TlsOptions | undefined {
  if (config.tlsCert === undefined || config.tlsKey === undefined) return undefined;
  return {
    cert: readFileSync(config.tlsCert, 'utf8'),
    key: readFileSync(config.tlsKey, 'utf8'),
    handshakeTimeout: config.connectTimeout,
  };
}

/** Answers a request before any route sees it. @returns false when it is not its own */
export type Claim = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * The HTTP server; nothing listens yet. Applications add their routes to it.
 *
 * @param claim - is asked first for every request
 */
export function createHttp(
  config: Config,
  log: FastifyBaseLogger,
  guard: OriginGuard,
  health: Health,
  claim: Claim,
): FastifyInstance {
  const limits = {
    // who connects and says nothing is told 408 and closed
    headersTimeout: config.connectTimeout,
    requestTimeout: Math.max(config.connectTimeout, config.frameTimeout),
    keepAliveTimeout: 72_000, // longer than the idle time of usual balancers
    // an upgrade to anything else (h2c) is a request like any other, where Node can tell them apart
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
    connectionsCheckingInterval: Math.max(Math.min(config.connectTimeout / 4, 5000), 50),
  };
  const options = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustOf(config),
    bodyLimit: config.maxFrameBytes,
    serverFactory: (routes: RequestListener) => listener(limits, tlsOf(config), claim, routes),
  };
  const http: FastifyInstance = Fastify(options);
  addHealth(http, health);
  http.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/health/')) return;
    const { origin, host } = request.headers;
    const refusal = guard({ origin, host, secure: request.protocol === 'https' });
    if (refusal === undefined) return;
    if (request.routeOptions.config.ownProblems) throw new StompwireError('denied', refusal);
    await reply.code(403).type('text/plain').send(`${refusal}\n`);
  });
  return http;
}

function listener(
  limits: object,
  tls: TlsOptions | undefined,
  claim: Claim,
  routes: RequestListener,
): Server {
  const answer: RequestListener = (request, response) => {
    if (!claim(request, response)) routes(request, response);
  };
  return tls === undefined ? createServer(limits, answer) : createTlsServer({ ...limits, ...tls }, answer);
}

/** Ends an HTTP server; what is under way has `within` milliseconds, and so has who never asked for anything. */
export async function closeHttp(http: FastifyInstance, within: number): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), within);
  await http.close();
  clearTimeout(cut);
}

/** Counts what is answered, by status, and how long that takes, by route: never by a path, which anybody may make up. */
export function measureHttp(http: FastifyInstance, metrics: Metrics): FastifyInstance {
  http.addHook('onResponse', async ({ method, routeOptions: { url: route = 'none' } }, reply) => {
    const code = String(reply.statusCode);
    metrics.counter('http_requests', 'HTTP requests that were answered', { method, code }).add();
    const help = 'How long HTTP requests took until they were answered, by route';
    metrics.histogram('http_request_duration_seconds', help, { route }).observe(reply.elapsedTime / 1000);
  });
  return http;
}

/** `GET /health/ready` says 200 while clients are taken, `GET /health/live` while the process runs. */
export function addHealth(http: FastifyInstance, health: Health): void {
  http.get('/health/live', async () => ({ status: 'live' }));
  http.get('/health/ready', async (_request, reply) => {
    const reason = health.notReady();
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
}

/** Who sent a request: the socket's peer, or whom the trusted proxies in front of us name. */
export function peerReader(config: Config): (request: IncomingMessage) => Peer {
  const trust = trustOf(config);
  return (request) => {
    const encrypted = 'encrypted' in request.socket;
    const direct = request.socket.remoteAddress ?? '';
    if (trust === false || !trust(direct, 0))
      return { transport: 'websocket', address: direct, secure: encrypted };
    // of several the last one is what the proxy next to us said, as fastify's `request.protocol` has it
    const forwarded = firstOf(request.headers['x-forwarded-proto'])?.split(',').at(-1)?.trim();
    return {
      transport: 'websocket',
      address: throughProxies(request, trust),
      secure: forwarded === undefined ? encrypted : forwarded === 'https',
    };
  };
}

type Trust = (address: string, hop: number) => boolean;

function trustOf({ trustProxy }: Config): Trust | false {
  if (trustProxy === false) return false;
  if (trustProxy === true) return () => true;
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return compile([...trustProxy]);
}

/** The first address, from our side on, that is not a trusted proxy. */
function throughProxies(request: IncomingMessage, trust: Trust): string {
  const named = firstOf(request.headers['x-forwarded-for'])?.split(',') ?? [];
  const hops = [request.socket.remoteAddress ?? '', ...named.map((one) => one.trim()).reverse()];
  return hops.find((address, hop) => !trust(address, hop)) ?? hops.at(-1)!;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
