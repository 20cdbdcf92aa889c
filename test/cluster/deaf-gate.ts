// A TCP proxy before a Redis that makes it slow, or connections deaf: what listens hears nothing, and is not told.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class DeafGate {
  readonly port: number;
  /** So many milliseconds longer each answer takes. */
  delay = 0;
  readonly #server: Server;
  readonly #passages: { readonly near: Socket; readonly far: Socket; listens: boolean; deaf: boolean }[] = [];

  static async open(to: number): Promise<DeafGate> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DeafGate(server, to);
  }

  private constructor(server: Server, to: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => this.#pass(near, connect(to, '127.0.0.1')));
  }

  /** Whoever listens now hears nothing any more; connections that are made later do. */
  deafen(): void {
    for (const passage of this.#passages) passage.deaf = passage.listens;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { near, far } of this.#passages) for (const socket of [near, far]) socket.destroy();
    await closed;
  }

  #pass(near: Socket, far: Socket): void {
    const passage = { near, far, listens: false, deaf: false };
    let due = 0; // what comes is never overtaken by what came later
    this.#passages.push(passage);
    near.on('data', (chunk) => {
      if (chunk.toString('latin1').toLowerCase().includes('ssubscribe')) passage.listens = true;
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (passage.deaf) return;
      const now = performance.now();
      due = Math.max(due, now + this.delay);
      if (due <= now) near.write(chunk);
      else setTimeout(() => near.write(chunk), due - now);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const)
      socket.on('error', () => {}).on('close', () => other.destroy());
  }
}
