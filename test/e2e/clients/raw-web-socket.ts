// A raw client over WebSocket: whole messages in the way of `ws`, and broken ones on the socket under it.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { Arrivals } from './arrivals.ts';
import { type Ending, RawClient } from './raw-client.ts';

/** One WebSocket message from the server. */
export interface SocketMessage {
  readonly binary: boolean;
  readonly bytes: Buffer;
}

export interface Opening {
  readonly protocols?: readonly string[];
  readonly origin?: string;
  /** Headers of the upgrade. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The certificate to trust. */
  readonly ca?: string;
}

export class RawWebSocket extends RawClient {
  readonly socket: Socket;
  readonly ended: Promise<Ending>;
  readonly received = new Arrivals<SocketMessage>(({ bytes }) => bytes.toString('latin1', 0, 60));
  readonly #webSocket: WebSocket;

  /** Connects; rejects with `Unexpected server response: <status>` when the upgrade is refused. */
  static async open(url: string, opening: Opening = {}): Promise<RawWebSocket> {
    const socket = socketTo(new URL(url), opening.ca);
    const { protocols = ['v12.stomp'], headers = {}, origin } = opening;
    const options: ClientOptions = { headers, createConnection: () => socket, ...(origin && { origin }) };
    const client = new RawWebSocket(new WebSocket(url, [...protocols], options), socket);
    await client.#opened();
    return client;
  }

  private constructor(webSocket: WebSocket, socket: Socket) {
    super();
    this.#webSocket = webSocket;
    this.socket = socket;
    webSocket.on('message', (bytes: Buffer, binary) => {
      this.received.push({ binary, bytes });
      this.incoming.write(bytes);
    });
    this.ended = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => this.#closed(resolve, { code, reason: String(reason) }));
    });
  }

  /** The subprotocol that the server chose; empty for none. */
  get protocol(): string {
    return this.#webSocket.protocol;
  }

  /** One message: text for a text, binary for bytes. */
  write(data: string | Buffer): void {
    this.#webSocket.send(data);
  }

  /** Begins the closing handshake. */
  close(code: number, reason = ''): void {
    this.#webSocket.close(code, reason);
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#webSocket.once('open', resolve);
      this.#webSocket.on('error', reject);
    });
  }

  #closed(resolve: (ending: Ending) => void, ending: Ending): void {
    for (const arrivals of [this.frames, this.received, this.heartbeats]) {
      arrivals.end(`the connection was closed with ${ending.code} ${ending.reason}`);
    }
    resolve(ending);
  }
}

function socketTo({ hostname: host, port }: URL, ca: string | undefined): Socket {
  const to = { host, port: Number(port), noDelay: true };
  return ca === undefined ? connect(to) : connectTls({ ...to, ca });
}

/** A client's WebSocket frame as bytes, whole and masked [RFC 6455, 5.2]; `first` is its first byte. */
export function socketFrame(payload: Buffer, first = 0x82): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, at) => byte ^ mask[at % 4]!);
  return Buffer.concat([Buffer.of(first), lengthBytes(payload.length), mask, masked]);
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.of(0x80 | length);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xff;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
