// A SockJS endpoint on somebody's HTTP server: brings each request under its prefix to what answers it.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { handshakeOf, refuse } from '../upgrade.ts';
import type { SockJsOpener } from './connection.ts';
import { allows, answer, corsHeaders, type Exchange, say, stickyCookie } from './exchange.ts';
import { HttpSessions } from './http-sessions.ts';
import { httpTransports, serveTransport } from './http-transports.ts';
import type { SockJsOptions } from './options.ts';
import { Pages } from './pages.ts';
import { type Refusals, refusalCounters } from './refusals.ts';
import { mustUpgrade, onlyToWebSocket, WebSockets } from './web-sockets.ts';

export type { SockJsConnection, SockJsHandler, SockJsKind, SockJsOpener } from './connection.ts';
export { type SockJsOptions, sockJsDefaults } from './options.ts';

/** `/{server}/{session}/{transport}`: the server's number is for balancers, and ids hold no dot. */
const sessionPath = /^\/[^/.]+\/([^/.]+)\/([a-z_]+)$/;

/**
 * A SockJS endpoint [SockJS protocol 0.3.3]. The server that it stands on starts and stops elsewhere, and
 * gives it the requests and upgrades; whatever is not under the prefix is left to others.
 *
 * @example
 * ```ts serves
 * import { createServer } from 'node:http';
 * import { originGuard, SockJs, sockJsDefaults, TimingWheel } from 'stompwire/sockjs';
 *
 * const wheel = new TimingWheel();
 * wheel.start();
 * const echo = new SockJs(
 *   {
 *     ...sockJsDefaults,
 *     prefix: '/echo',
 *     rawWebsocket: true,
 *     guard: originGuard([], 'localhost'),
 *     wheel,
 *     peerOf: ({ socket }) => ({
 *       transport: 'websocket',
 *       address: socket.remoteAddress ?? '',
 *       secure: false,
 *     }),
 *   },
 *   (connection) => ({
 *     message: (text) => connection.send(text),
 *     drained: () => {},
 *     closed: (code) => console.log('closed', code),
 *   }),
 * );
 * const server = createServer((request, response) => {
 *   if (!echo.handle(request, response)) response.writeHead(404).end();
 * });
 * server.on('upgrade', (request, socket, head) => {
 *   if (!echo.upgrade(request, socket, head)) socket.destroy();
 * });
 * server.listen(0, () => console.log('echoing'));
 * ```
 */
export class SockJs {
  readonly #options: SockJsOptions;
  readonly #refusals: Refusals;
  readonly #pages: Pages;
  readonly #sessions: HttpSessions;
  readonly #webSockets: WebSockets;
  readonly #anyOrigin: boolean;
  readonly #iframes: boolean;

  /** @param open - puts the application on each new connection */
  constructor(options: SockJsOptions, open: SockJsOpener) {
    const { prefix, origins, websocket, cookie } = options;
    this.#options = options;
    this.#refusals = refusalCounters(options.metrics);
    this.#anyOrigin = origins.includes('*');
    this.#iframes = this.#anyOrigin || origins.length === 0;
    this.#pages = new Pages({
      websocket,
      cookieNeeded: cookie !== false,
      scriptUrl: this.#iframes ? (options.clientScript ?? `${prefix}/sockjs.min.js`) : undefined,
      sameOrigin: !this.#anyOrigin,
    });
    this.#sessions = new HttpSessions(options, this.#refusals, open);
    this.#webSockets = new WebSockets(options, this.#refusals, open);
  }

  /** How many sessions of the HTTP transports are held; those that ended count until they are forgotten. */
  get httpSessions(): number {
    return this.#sessions.size;
  }

  /** Answers a request. @returns false when it is not under the prefix: somebody else's */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const handshake = handshakeOf(request);
    const rest = this.#restOf(handshake.path);
    if (rest === undefined) return false;
    const cors = corsHeaders(request, this.#anyOrigin);
    const refusal = this.#guard(request);
    if (refusal !== undefined) say({ request, response, handshake, cors: {} }, 403, `${refusal}\n`);
    else this.#serve({ request, response, handshake, cors }, rest);
    return true;
  }

  /** Takes an upgrade. @returns false when it is somebody else's: not under the prefix, or the raw WebSocket */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    const socket = stream as Socket; // which it is, whatever Node's types say
    const rest = this.#restOf(handshakeOf(request).path);
    const raw = rest === '' || rest === '/websocket';
    if (rest === undefined || (raw && this.#options.rawWebsocket !== true)) return false;
    const refusal = this.#guard(request);
    const [, , transport] = sessionPath.exec(rest) ?? [];
    if (refusal !== undefined) refuse(socket, 403, refusal);
    else if (!this.#options.websocket || !(raw || transport === 'websocket')) refuse(socket, 404, 'not here');
    else this.#webSockets.upgrade(raw ? 'raw' : 'websocket', request, socket, head);
    return true;
  }

  /** Opens no more sessions; those that are open live on. */
  stop(): void {
    this.#sessions.stop();
    this.#webSockets.stop();
  }

  /** Ends all sessions, telling those who listen, and opens no more. Twice is harmless. */
  close(code = 1001, reason = 'the server is shutting down'): void {
    this.#sessions.close(code, reason);
    this.#webSockets.close(code, reason);
  }

  #restOf(path: string): string | undefined {
    const { prefix } = this.#options;
    if (!path.startsWith(prefix)) return undefined;
    const rest = path.slice(prefix.length);
    return rest === '' || rest.startsWith('/') ? rest : undefined;
  }

  /** Old WebSocket versions name their origin in a header of their own. */
  #guard(request: IncomingMessage): string | undefined {
    const { origin = request.headers['sec-websocket-origin'], host } = request.headers;
    const named = Array.isArray(origin) ? origin[0] : origin;
    const { secure } = this.#options.peerOf(request);
    const refusal = this.#options.guard({ origin: named, host, secure });
    if (refusal !== undefined) this.#refusals.origin.add();
    return refusal;
  }

  #serve(exchange: Exchange, rest: string): void {
    if (this.#pages.serve(exchange, rest)) return;
    const [, session, name] = sessionPath.exec(rest) ?? [];
    const isWebSocket = rest === '/websocket' || name === 'websocket';
    if (isWebSocket && this.#options.websocket) return refuseWithoutUpgrade(exchange);
    const transport = name === undefined ? undefined : httpTransports.get(name);
    if (session === undefined || transport === undefined || !this.#offers(transport.kind))
      return answer(exchange, 404);
    serveTransport(transport, this.#sessions, exchange, session, this.#cookie(exchange));
  }

  #offers(kind: 'jsonp' | 'iframe' | undefined): boolean {
    if (kind === undefined) return true;
    return kind === 'jsonp' ? this.#options.jsonp : this.#iframes;
  }

  #cookie({ request }: Exchange): OutgoingHttpHeaders {
    return this.#options.cookie === false ? {} : stickyCookie(request);
  }
}

/** A request for a WebSocket that is no upgrade [SockJS 0.3.3, WebsocketHttpErrors]. */
function refuseWithoutUpgrade(exchange: Exchange): void {
  if (!allows(exchange, 'GET')) return;
  const { upgrade, connection } = exchange.request.headers;
  const isWebSocket = upgrade?.toLowerCase() === 'websocket';
  say(exchange, 400, isWebSocket && !/\bupgrade\b/i.test(connection ?? '') ? mustUpgrade : onlyToWebSocket);
}
