// STOMP over TCP, with TLS where a certificate is given: for back-end clients such as stompit and stomp.py.
import type { Buffer } from 'node:buffer';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { bareFraming } from './framing.ts';
import { writeTo } from './socket.ts';
import type { Accept, Connection, ConnectionHandler, Peer, Transport } from './transport.ts';

interface TcpTls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly handshakeTimeout?: number;
}

/** Where and how to listen. */
export interface TcpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts, and how long a handshake may take in milliseconds; without them the listener is plain. */
  readonly tls?: TcpTls | undefined;
}

/** A listener for STOMP over TCP. */
export class TcpTransport implements Transport {
  readonly name = 'tcp';
  addresses: readonly string[] = [];
  readonly #options: TcpOptions;
  #server: Server | undefined;

  constructor(options: TcpOptions) {
    this.#options = options;
  }

  async start(accept: Accept): Promise<void> {
    const { host, port, tls } = this.#options;
    const take = (socket: Socket): void => {
      // a TLS handshake may end after stop
      if (server.listening) TcpConnection.open(socket, tls !== undefined, accept);
      else socket.destroy();
    };
    const server: Server =
      tls === undefined
        ? createServer({ noDelay: true }, take)
        : createTlsServer({ ...tls, noDelay: true }, take);
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    this.addresses = [describe(server.address() as AddressInfo, tls !== undefined)];
  }

  async stop(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
  }
}

function describe(address: AddressInfo, secure: boolean): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'stomp+ssl' : 'stomp'}://${host}:${address.port}`;
}

class TcpConnection implements Connection {
  readonly framing = bareFraming;
  readonly peer: Peer;
  readonly #socket: Socket;
  handler: ConnectionHandler | undefined;
  #closing = false;
  #broken = false;

  static open(socket: Socket, secure: boolean, accept: Accept): void {
    const connection = new TcpConnection(socket, secure);
    connection.handler = accept(connection, undefined);
    socket.on('data', (chunk) => connection.#received(chunk));
    socket.on('error', () => {
      connection.#broken = true;
    });
    socket.on('close', (hadError) => connection.#closed(hadError));
  }

  private constructor(socket: Socket, secure: boolean) {
    this.#socket = socket;
    this.peer = { transport: 'tcp', address: socket.remoteAddress ?? '', secure };
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    writeTo(this.#socket, bytes, this);
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.end();
    // what still comes is read and dropped: closing over unread input would reset the connection,
    // and the client would lose the ERROR that tells it why
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #received(chunk: Buffer): void {
    if (!this.#closing) this.handler?.received(chunk);
  }

  #closed(hadError: boolean): void {
    const handler = this.handler;
    this.handler = undefined;
    handler?.closed(hadError || this.#broken ? 1006 : 1000, '');
  }
}
