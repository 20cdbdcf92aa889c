// STOMP over WebSocket, on an HTTP server that somebody else starts and stops.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { webSocketFraming } from './framing.ts';
import type { Accept, Connection, ConnectionHandler, Handshake, Transport } from './transport.ts';
import { type Admission, admitted, handshakeOf, refuse } from './upgrade.ts';
import { handshaker, WebSocketLink } from './web-socket-link.ts';

/** Which upgrades of an HTTP server become STOMP connections. */
export interface WebSocketOptions extends Admission {
  /** Paths such as `/ws`; each also answers on `<path>/websocket`, as Spring's and SockJS's endpoints do. */
  readonly endpoints: readonly string[];
  /** The largest WebSocket message taken, in bytes; above it the connection is closed with 1009. */
  readonly maxMessageBytes: number;
  /** How long a client may take, in milliseconds, to answer a close that follows a broken frame or its own close. */
  readonly closeTimeout?: number;
  /** Somebody else listens for upgrades, and brings them to `upgrade`. */
  readonly brought?: boolean;
  /** Takes upgrades of other paths. Returns false when it does not: they are refused with 404. */
  otherwise?(request: IncomingMessage, socket: Socket, head: Buffer): boolean;
}

const subprotocols = new Set(['v12.stomp', 'v11.stomp', 'v10.stomp']);

/** The first one the client offers that is spoken here; none is fine as well. */
function chooseProtocol(offered: Set<string>): string | false {
  for (const name of offered) if (subprotocols.has(name)) return name;
  return false;
}

/** STOMP over WebSocket on an HTTP server that somebody else starts and stops. */
export class WebSocketTransport implements Transport {
  readonly name = 'websocket';
  readonly #server: Server;
  readonly #options: WebSocketOptions;
  readonly #paths: ReadonlySet<string>;
  readonly #webSockets: ReturnType<typeof handshaker>;
  #accept: Accept | undefined;

  constructor(server: Server, options: WebSocketOptions) {
    this.#server = server;
    this.#options = options;
    this.#paths = new Set(options.endpoints.flatMap((path) => [path, `${path}/websocket`]));
    this.#webSockets = handshaker({ ...options, handleProtocols: chooseProtocol });
  }

  get addresses(): readonly string[] {
    const address = this.#server.address();
    if (this.#accept === undefined || address === null || typeof address === 'string') return [];
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    const scheme = 'setSecureContext' in this.#server ? 'wss' : 'ws';
    return this.#options.endpoints.map((path) => `${scheme}://${host}:${address.port}${path}`);
  }

  async start(accept: Accept): Promise<void> {
    this.#accept = accept;
    if (this.#options.brought !== true) this.#server.on('upgrade', this.#onUpgrade);
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
  }

  /** Takes an upgrade of an endpoint, or refuses it. @returns false when it is somebody else's */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const handshake = handshakeOf(request);
    if (!this.#paths.has(handshake.path)) return this.#options.otherwise?.(request, socket, head) ?? false;
    this.#open(request, socket, head, handshake);
    return true;
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    if (!this.upgrade(request, socket, head)) refuse(socket, 404, 'no endpoint here');
  };

  #open(request: IncomingMessage, socket: Socket, head: Buffer, handshake: Handshake): void {
    const entry = admitted(request, socket, this.#accept, this.#options);
    if (entry === undefined) return;
    const { peer, accept } = entry;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new WebSocketConnection(webSocket, socket, peer);
      connection.handler = accept(connection, handshake);
      connection.listen();
    });
  }
}

class WebSocketConnection extends WebSocketLink implements Connection {
  readonly framing = webSocketFraming;
  handler: ConnectionHandler | undefined;

  received(data: Buffer): void {
    this.handler?.received(data);
  }

  ended(code: number, reason: string): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.closed(code, reason);
  }
}
