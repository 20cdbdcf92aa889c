// Plain WebSocket: a client that speaks no STOMP sends texts and hears those of all; a session speaks STOMP for it.
import { Buffer, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Headers, serializeFrame } from '../../frames/index.ts';
import type { Counter, Metrics } from '../metrics/metrics.ts';
import { basicCredentials } from './basic.ts';
import { webSocketFraming } from './framing.ts';
import type {
  Accept,
  Connection,
  ConnectionHandler,
  Framing,
  Handshake,
  Peer,
  Transport,
} from './transport.ts';
import { type Admission, admitted, handshakeOf } from './upgrade.ts';
import { handshaker, WebSocketLink } from './web-socket-link.ts';

/** Where plain clients come in, and what becomes of their texts. */
export interface PlainOptions extends Admission {
  /** The path, such as `/room`. */
  readonly endpoint: string;
  /** Where each text is published, and whose messages each client gets. */
  readonly destination: string;
  /** Stands before each text that clients get. */
  readonly prefix: string;
  /** Whether who sent a text gets it too. */
  readonly echo: boolean;
  /** What CONNECT names as its `host`; `''`: any will do. */
  readonly host: string;
  readonly maxMessageBytes: number;
  readonly closeTimeout: number;
  readonly metrics: Metrics;
}

/** A plain endpoint on an HTTP server whose upgrades somebody else brings. */
export class PlainTransport implements Transport {
  readonly name = 'plain';
  /** What is announced of a server are its endpoints of STOMP. */
  readonly addresses: readonly string[] = [];
  readonly #options: PlainOptions;
  readonly #webSockets: ReturnType<typeof handshaker>;
  readonly #speech: Speech;
  #accept: Accept | undefined;

  constructor(options: PlainOptions) {
    this.#options = options;
    // no page of the kind names a subprotocol; one that does is given what it asked for first
    this.#webSockets = handshaker(options);
    this.#speech = new Speech(options);
  }

  async start(accept: Accept): Promise<void> {
    this.#accept = accept;
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
  }

  /** Takes an upgrade of the endpoint, or refuses it. @returns false when it is somebody else's */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const handshake = handshakeOf(request);
    if (handshake.path !== this.#options.endpoint) return false;
    this.#open(request, socket, head, handshake);
    return true;
  }

  #open(request: IncomingMessage, socket: Socket, head: Buffer, handshake: Handshake): void {
    const entry = admitted(request, socket, this.#accept, this.#options);
    if (entry === undefined) return;
    const { peer, accept } = entry;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new PlainConnection(webSocket, socket, peer, this.#speech);
      const handler = accept(connection, handshake);
      connection.handler = handler;
      for (const frame of this.#speech.opening(handshake)) handler.received(frame);
      connection.listen();
    });
  }
}

/** What is said for all clients of an endpoint; their framing is one, so that a message is encoded once for all. */
class Speech {
  readonly framing: Framing;
  readonly texts: Counter;
  readonly #options: PlainOptions;
  readonly #send: Headers;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.framing = plainFraming(options.prefix);
    this.texts = options.metrics.counter('plain_texts', 'Texts that clients of the plain endpoint sent');
    this.#send = Headers.from({
      destination: options.destination,
      'content-type': 'text/plain;charset=utf-8',
      ...(!options.echo && { 'exclude-sender': 'true' }),
    });
  }

  /** Says who the client is, as far as its handshake does, and subscribes it. */
  opening({ headers }: Handshake): Buffer[] {
    const { host, destination } = this.#options;
    const connect = { 'accept-version': '1.2', host, 'heart-beat': '0,1', ...basicCredentials(headers) };
    return [
      serializeFrame({ command: 'CONNECT', headers: Headers.from(connect) }, '1.2'),
      serializeFrame({ command: 'SUBSCRIBE', headers: Headers.from({ id: 'plain', destination }) }, '1.2'),
    ];
  }

  send(text: Buffer): Buffer {
    this.texts.add();
    return serializeFrame({ command: 'SEND', headers: this.#send, body: text }, '1.2');
  }
}

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;
/** A ping, which every client answers by itself [RFC 6455, 5.5.2]. */
const ping = Buffer.of(0x89, 0x00);

/** A MESSAGE is its body behind the prefix, a heart-beat is a ping, and nothing else is said. */
export function plainFraming(prefix: string): Framing {
  const before = Buffer.from(prefix);
  return Object.freeze({
    name: 'plain',
    quote: (bytes: Buffer) => (bytes.length === 1 && bytes[0] === lineFeed ? ping : nothing),
    event: ({ body }: { readonly body: Buffer }) => messageOf(before, body),
    trailer: nothing,
    headerLength: () => 0,
    writeHeader: () => {},
  });
}

/** A WebSocket message: a text, unless its bytes are none. */
function messageOf(before: Buffer, body: Buffer): Buffer {
  const length = before.length + body.length;
  const header = webSocketFraming.headerLength(length);
  const bytes = Buffer.allocUnsafe(header + length);
  webSocketFraming.writeHeader(bytes, 0, length, isUtf8(body));
  before.copy(bytes, header);
  body.copy(bytes, header + before.length);
  return bytes;
}

class PlainConnection extends WebSocketLink implements Connection {
  readonly framing: Framing;
  handler: ConnectionHandler | undefined;
  readonly #speech: Speech;

  constructor(
    webSocket: ConstructorParameters<typeof WebSocketLink>[0],
    socket: Socket,
    peer: Peer,
    speech: Speech,
  ) {
    super(webSocket, socket, peer);
    this.#speech = speech;
    this.framing = speech.framing;
  }

  override write(bytes: Buffer): void {
    if (bytes.length > 0) super.write(bytes);
  }

  /** [RFC 6455, 7.4.1]: 1003 for bytes, where there are only texts; 1007 for a text that is none. */
  received(data: Buffer, binary: boolean): void {
    if (binary) return this.close(1003, 'only texts are taken here');
    if (!isUtf8(data)) return this.close(1007, 'the text is not UTF-8');
    this.handler?.received(this.#speech.send(data));
  }

  ended(code: number, reason: string): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.closed(code, reason);
  }
}
