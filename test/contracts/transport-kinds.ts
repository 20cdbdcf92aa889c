// The kinds of transport that the suite is run against, plain and over TLS, each with a real client.
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { TcpTransport } from '../../src/transport/tcp.ts';
import { WebSocketTransport } from '../../src/transport/websocket.ts';
import type { TransportKind } from './transport.ts';
import { Client } from './transport-sides.ts';

/** PEM texts; the certificate is what the client trusts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const host = '127.0.0.1';

class TcpClient extends Client {
  readonly #socket: Socket;
  /** What is under TLS, or the same. */
  readonly #raw: Socket;

  constructor(socket: Socket, raw: Socket) {
    super();
    this.#socket = socket;
    this.#raw = raw;
    socket.on('data', (chunk) => this.hear(chunk));
    socket.on('error', () => {});
    socket.on('close', (broken) => this.end({ code: broken ? 1006 : 1000, reason: '' }));
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#raw.resetAndDestroy();
  }
}

async function connectTcp(port: number, tls: Certificate | undefined): Promise<Client> {
  const raw = connect({ host, port, noDelay: true });
  const socket = tls === undefined ? raw : connectTls({ socket: raw, ca: tls.cert });
  const client = new TcpClient(socket, raw);
  await once(socket, tls === undefined ? 'connect' : 'secureConnect');
  return client;
}

/** STOMP over TCP. */
export function tcp(tls?: Certificate): TransportKind {
  return {
    name: tls === undefined ? 'tcp' : 'tcp over TLS',
    open: async () => {
      const transport = new TcpTransport({ host, port: 0, tls });
      let port = 0;
      return {
        transport,
        start: async (accept) => {
          await transport.start(accept);
          port = Number(new URL(transport.addresses[0]!).port);
        },
        connect: () => connectTcp(port, tls),
        rival: () => new TcpTransport({ host, port, tls }),
        close: async () => {},
      };
    },
  };
}

class WebSocketClient extends Client {
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => this.hear(data));
    webSocket.on('error', () => {});
    webSocket.on('close', (code, reason) => this.end({ code, reason: reason.toString() }));
  }

  send(bytes: Buffer): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.send(bytes);
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(): void {
    this.#webSocket.close(1000);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }
}

async function connectWebSocket(url: string, tls: Certificate | undefined): Promise<Client> {
  const webSocket = new WebSocket(url, tls === undefined ? {} : { ca: tls.cert });
  const client = new WebSocketClient(webSocket);
  await once(webSocket, 'open');
  return client;
}

/** STOMP over WebSocket. */
export function webSocket(tls?: Certificate): TransportKind {
  return {
    name: tls === undefined ? 'websocket' : 'websocket over TLS',
    skips: {
      'rejects the start at an address that is taken': 'the HTTP server under it listens, not the transport',
    },
    open: async () => {
      const http = tls === undefined ? createServer() : createTlsServer(tls);
      const transport = new WebSocketTransport(http, {
        endpoints: ['/ws'],
        maxMessageBytes: 1024 * 1024,
        guard: () => undefined,
        peerOf: ({ socket }) => ({ transport: 'websocket', address: socket.remoteAddress!, secure: false }),
      });
      return {
        transport,
        start: async (accept) => {
          await transport.start(accept);
          http.listen(0, host);
          await once(http, 'listening');
        },
        connect: () => {
          const { port } = http.address() as AddressInfo;
          return connectWebSocket(`${tls === undefined ? 'ws' : 'wss'}://${host}:${port}/ws`, tls);
        },
        rival: () => transport,
        close: async () => {
          http.close();
          http.closeAllConnections();
        },
      };
    },
  };
}
