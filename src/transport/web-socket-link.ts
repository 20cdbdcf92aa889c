// One WebSocket: `ws` parses what comes in, answers pings and closes; what goes out is prepared and written raw.
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { writeTo } from './socket.ts';
import type { Peer } from './transport.ts';

/** How WebSockets are opened and closed. */
export interface HandshakeOptions {
  /** The largest message taken, in bytes. */
  readonly maxMessageBytes: number;
  /** How long a client may take, in milliseconds, to answer a close that `ws` itself began. */
  readonly closeTimeout?: number;
  /** Chooses the subprotocol; default: the first one that the client offers. */
  readonly handleProtocols?: (offered: Set<string>) => string | false;
}

/** A `ws` server that does nothing but shake hands. */
export function handshaker(options: HandshakeOptions): WebSocketServer {
  const { maxMessageBytes, handleProtocols } = options;
  return new WebSocketServer({
    ...closing(options),
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // a body is checked once, when it is sent on; a header when it is parsed
    skipUTF8Validation: true,
    maxPayload: maxMessageBytes,
    ...(handleProtocols && { handleProtocols }),
  });
}

/** `ws` itself closes over a broken frame, before the session hears of it; its types do not know the option. */
function closing({ closeTimeout }: HandshakeOptions): object {
  return closeTimeout === undefined ? {} : { closeTimeout };
}

const kLink = Symbol('link');
/** The link hangs on its WebSocket, so that the listeners below serve all of them. */
type Owned = WebSocket & { [kLink]: WebSocketLink };
type OwnedSocket = Socket & { [kLink]: WebSocketLink };

/** What the kinds of WebSocket connection share; each says what a message means to it. */
export abstract class WebSocketLink {
  readonly peer: Peer;
  protected closing = false;
  /** Whether what was read last ended a message, or was one of the protocol's own. */
  whole = false;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  /** @param socket - the one that the upgrade handed over, which is the WebSocket's own */
  constructor(webSocket: WebSocket, socket: Socket, peer: Peer) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.peer = peer;
    (webSocket as Owned)[kLink] = this;
    (socket as OwnedSocket)[kLink] = this;
  }

  /** Hears of drains; known once the session was made, and gone at the end. */
  abstract readonly handler: { drained(): void; unfinished?(): void } | undefined;
  /** Called for each message until we close. @param binary - whether it is no text */
  abstract received(data: Buffer, binary: boolean): void;
  /** Called once and last. @param code - what the peer said, 1006 when it said nothing */
  abstract ended(code: number, reason: string): void;

  /** Begins to take messages. */
  listen(): void {
    this.#webSocket.on('message', onMessage);
    this.#webSocket.on('close', onClose);
    this.#webSocket.on('error', ignore);
    this.#webSocket.on('ping', onControl);
    this.#webSocket.on('pong', onControl);
    // behind the listener of ws, which has taken the bytes apart when this one is called
    this.#socket.on('data', onData);
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  get closed(): boolean {
    return this.closing;
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

function onMessage(this: WebSocket, data: Buffer, binary: boolean): void {
  const link = (this as Owned)[kLink];
  link.whole = true;
  if (!link.closed) link.received(data, binary);
}

function onControl(this: WebSocket): void {
  (this as Owned)[kLink].whole = true;
}

function onData(this: Socket): void {
  const link = (this as OwnedSocket)[kLink];
  if (!link.whole && !link.closed) link.handler?.unfinished?.();
  link.whole = false;
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  (this as Owned)[kLink].ended(code, reason.toString());
}

// a broken frame makes ws close with the code that says why; 'close' follows and is what we act upon
function ignore(): void {}

/** A close reason has room for 123 bytes [RFC 6455, 5.5]. */
function cut(reason: string): string {
  if (Buffer.byteLength(reason) <= 123) return reason;
  let end = Math.min(reason.length, 120);
  while (Buffer.byteLength(reason.slice(0, end)) > 120) end--;
  return `${reason.slice(0, end).trimEnd()}...`;
}
