// STOMP over WebSocket: `ws` does handshake, inbound parsing, ping/pong and close; outgoing frames are ours.
import { Buffer } from 'node:buffer';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { webSocketFraming } from './framing.ts';
import type { OriginGuard } from './origins.ts';
import { writeTo } from './socket.ts';
import type { Accept, Connection, ConnectionHandler, Handshake, Peer, Transport } from './transport.ts';

/** Which upgrades of an HTTP server become STOMP connections. */
export interface WebSocketOptions {
  /** Paths such as `/ws`; each also answers on `<path>/websocket`, as Spring's and SockJS's endpoints do. */
  readonly endpoints: readonly string[];
  /** The largest WebSocket message taken, in bytes; above it the connection is closed with 1009. */
  readonly maxMessageBytes: number;
  readonly guard: OriginGuard;
  /** Who sent a request, with trusted proxies looked through. */
  peerOf(request: IncomingMessage): Peer;
}

const subprotocols = new Set(['v12.stomp', 'v11.stomp', 'v10.stomp']);

/** STOMP over WebSocket on an HTTP server that somebody else starts and stops. */
export class WebSocketTransport implements Transport {
  readonly name = 'websocket';
  readonly #server: Server;
  readonly #options: WebSocketOptions;
  readonly #paths: ReadonlySet<string>;
  readonly #webSockets: WebSocketServer;
  #accept: Accept | undefined;

  constructor(server: Server, options: WebSocketOptions) {
    this.#server = server;
    this.#options = options;
    this.#paths = new Set(options.endpoints.flatMap((path) => [path, `${path}/websocket`]));
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // a body is checked once, when it is sent on; a header when it is parsed
      skipUTF8Validation: true,
      maxPayload: options.maxMessageBytes,
      // the first one the client offers that is spoken here; none is fine as well
      handleProtocols: (offered) => [...offered].find((name) => subprotocols.has(name)) ?? false,
    });
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
    this.#server.on('upgrade', this.#upgrade);
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
  }

  readonly #upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const accept = this.#accept;
    const handshake = handshakeOf(request);
    if (!this.#paths.has(handshake.path)) return refuse(socket, 404, 'no endpoint here');
    if (accept === undefined) return refuse(socket, 503, 'the server is shutting down');
    const peer = this.#options.peerOf(request);
    const { origin, host } = request.headers;
    const refusal = this.#options.guard({ origin, host, secure: peer.secure });
    if (refusal !== undefined) return refuse(socket, 403, refusal);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      open(webSocket, socket, peer, handshake, accept),
    );
  };
}

function handshakeOf(request: IncomingMessage): Handshake {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)];
  return { path, query, headers: request.headers };
}

function refuse(socket: Socket, status: number, reason: string): void {
  socket.on('error', () => socket.destroy());
  // an HTTP server leaves our side of the socket open until the client closes its own
  socket.once('finish', () => socket.destroy());
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const kConnection = Symbol('connection');
/** The connection hangs on its WebSocket, so that the listeners below serve all of them. */
type Owned = WebSocket & { [kConnection]: WebSocketConnection };

function open(webSocket: WebSocket, socket: Socket, peer: Peer, handshake: Handshake, accept: Accept): void {
  const connection = new WebSocketConnection(webSocket, socket, peer);
  (webSocket as Owned)[kConnection] = connection;
  connection.handler = accept(connection, handshake);
  webSocket.on('message', onMessage);
  webSocket.on('close', onClose);
  webSocket.on('error', ignore);
}

function onMessage(this: WebSocket, data: Buffer): void {
  const connection = (this as Owned)[kConnection];
  if (!connection.closing) connection.handler?.received(data);
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  const connection = (this as Owned)[kConnection];
  const handler = connection.handler;
  connection.handler = undefined;
  handler?.closed(code, reason.toString());
}

// a broken frame makes ws close with the code that says why; 'close' follows and is what we act upon
function ignore(): void {}

class WebSocketConnection implements Connection {
  readonly framing = webSocketFraming;
  readonly peer: Peer;
  handler: ConnectionHandler | undefined;
  closing = false;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(webSocket: WebSocket, socket: Socket, peer: Peer) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.peer = peer;
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    // a close frame ends the stream of frames [RFC 6455, 5.5.1]
    if (this.#webSocket.readyState === WebSocket.OPEN) writeTo(this.#socket, bytes, this);
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.#webSocket.resume();
    this.#webSocket.close(code, cut(reason));
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }
}

/** A close reason has room for 123 bytes [RFC 6455, 5.5]. */
function cut(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason;
  let end = Math.min(reason.length, 120);
  while (Buffer.byteLength(reason.slice(0, end)) > 120) end--;
  return `${reason.slice(0, end).trimEnd()}...`;
}
