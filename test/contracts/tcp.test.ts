// The transport contract, held against STOMP over TCP.
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TcpTransport } from '../../src/transport/tcp.ts';
import { transportContract } from './transport.ts';
import { Client } from './transport-sides.ts';

class TcpClient extends Client {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
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
    this.#socket.resetAndDestroy();
  }
}

transportContract({
  name: 'tcp',
  open: async () => {
    const transport = new TcpTransport({ host: '127.0.0.1', port: 0 });
    const port = (): number => Number(new URL(transport.addresses[0]!).port);
    let last = 0;
    return {
      transport,
      start: async (accept) => {
        await transport.start(accept);
        last = port();
      },
      connect: async () => {
        const socket = connect({ host: '127.0.0.1', port: last, noDelay: true });
        await once(socket, 'connect');
        return new TcpClient(socket);
      },
      rival: () => new TcpTransport({ host: '127.0.0.1', port: last }),
      close: async () => {},
    };
  },
});
