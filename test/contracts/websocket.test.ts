// The transport contract, held against STOMP over WebSocket.
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { WebSocketTransport } from '../../src/transport/websocket.ts';
import { transportContract } from './transport.ts';
import { Client } from './transport-sides.ts';

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

transportContract({
  name: 'websocket',
  skips: {
    'rejects the start at an address that is taken': 'the HTTP server under it listens, not the transport',
  },
  open: async () => {
    const http = createServer();
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
        http.listen(0, '127.0.0.1');
        await once(http, 'listening');
      },
      connect: async () => {
        const { port } = http.address() as AddressInfo;
        const webSocket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
        const client = new WebSocketClient(webSocket);
        await once(webSocket, 'open');
        return client;
      },
      rival: () => transport,
      close: async () => {
        http.close();
        http.closeAllConnections();
      },
    };
  },
});
