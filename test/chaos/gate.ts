// A TCP proxy before a server that a test cannot stop: shut, the server is away for those who come through it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Gate {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param to - the server behind it */
  static async open(to: { readonly host: string; readonly port: number }): Promise<Gate> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => pass(near, connect(to), sockets));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Gate(server, sockets);
  }

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Breaks what is open, and refuses what comes. */
  async shut(): Promise<void> {
    const shut = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await shut;
  }

  /** For good. */
  async close(): Promise<void> {
    if (this.#server.listening) await this.shut();
  }

  async reopen(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }
}

function pass(near: Socket, far: Socket, sockets: Set<Socket>): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(one);
    one
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    one.pipe(other);
  }
}
