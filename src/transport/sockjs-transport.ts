// STOMP over SockJS: a session sits on a SockJS connection as on any other.
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SockJs, type SockJsConnection, type SockJsHandler, type SockJsOptions } from './sockjs/sockjs.ts';
import { sockJsHttpFraming, sockJsWebSocketFraming } from './sockjs-framing.ts';
import type {
  Accept,
  Connection,
  ConnectionHandler,
  Framing,
  Handshake,
  Peer,
  Transport,
} from './transport.ts';

/** SockJS under every endpoint of an HTTP server; whoever has the server brings its requests here. */
export class SockJsTransport implements Transport {
  readonly name = 'sockjs';
  readonly addresses: readonly string[] = [];
  readonly #endpoints: readonly SockJs[];
  #accept: Accept | undefined;

  /** @param prefixes - the endpoints' paths */
  constructor(prefixes: readonly string[], options: Omit<SockJsOptions, 'prefix'>) {
    const open = (connection: SockJsConnection, handshake: Handshake): SockJsHandler =>
      this.#open(connection, handshake);
    this.#endpoints = prefixes.map((prefix) => new SockJs({ ...options, prefix }, open));
  }

  async start(accept: Accept): Promise<void> {
    this.#accept = accept;
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
    for (const endpoint of this.#endpoints) endpoint.stop();
  }

  /** Ends what is still there. */
  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  /** Answers a request under one of the endpoints. @returns false when it is somebody else's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#endpoints.some((endpoint) => endpoint.handle(request, response));
  }

  /** Takes an upgrade of a SockJS session. @returns false when it is somebody else's. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    return this.#endpoints.some((endpoint) => endpoint.upgrade(request, socket, head));
  }

  #open(connection: SockJsConnection, handshake: Handshake): SockJsHandler {
    const stomp = new SockJsStompConnection(connection);
    const handler = this.#accept?.(stomp, handshake);
    if (handler === undefined) connection.close(1012, 'the server is shutting down');
    else stomp.handler = handler;
    return stomp;
  }
}

/** Between the two ports: text becomes bytes, prepared bytes pass as they are. */
class SockJsStompConnection implements Connection, SockJsHandler {
  readonly framing: Framing;
  readonly peer: Peer;
  handler: ConnectionHandler | undefined;
  readonly #inner: SockJsConnection;
  #closing = false;

  constructor(inner: SockJsConnection) {
    this.#inner = inner;
    this.peer = { ...inner.peer, transport: 'sockjs' };
    this.framing = inner.kind === 'websocket' ? sockJsWebSocketFraming : sockJsHttpFraming;
  }

  get unsent(): number {
    return this.#inner.unsent;
  }

  write(bytes: Buffer): void {
    this.#inner.write(bytes);
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#inner.close(code, reason);
  }

  destroy(): void {
    this.#inner.destroy();
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  message(text: string): void {
    if (!this.#closing) this.handler?.received(Buffer.from(text));
  }

  unfinished(): void {
    this.handler?.unfinished?.();
  }

  drained(): void {
    this.handler?.drained();
  }

  /** A response that was cut off is 1002 to a client that comes back, and to the session a broken connection. */
  closed(code: number, reason: string): void {
    const { handler } = this;
    const isCut = code === 1002 && this.framing === sockJsHttpFraming && !this.#closing;
    this.handler = undefined;
    handler?.closed(isCut ? 1006 : code, reason);
  }
}
