// A raw client over TCP, with or without TLS: also for bytes that are no STOMP at all.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Arrivals } from './arrivals.ts';
import { type Ending, RawClient } from './raw-client.ts';

export class RawTcp extends RawClient {
  readonly socket: Socket;
  readonly ended: Promise<Ending>;
  /** Everything that came, as it came: for answers that are no STOMP. */
  readonly chunks = new Arrivals<Buffer>();

  /**
   * Connects.
   *
   * @param address - any URL of the server: its host and port count
   * @param ca - the certificate to trust; TLS where there is one
   */
  static async open(address: string, ca?: string): Promise<RawTcp> {
    const { hostname: host, port } = new URL(address);
    const to = { host, port: Number(port), noDelay: true };
    const socket = ca === undefined ? connect(to) : connectTls({ ...to, ca });
    const client = new RawTcp(socket);
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    return client;
  }

  private constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    let broken = false;
    socket.on('error', () => {
      broken = true;
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        for (const arrivals of [this.frames, this.chunks, this.heartbeats])
          arrivals.end('the connection ended');
        resolve({ code: broken ? 1006 : 1000, reason: '' });
      });
    });
  }

  write(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** All that came until the end, as text. */
  async answer(): Promise<string> {
    await this.ended;
    return Buffer.concat(this.chunks.all).toString();
  }

  /** What does not begin like a server's frame or heart-beat is kept as bytes only. */
  #received(chunk: Buffer): void {
    this.chunks.push(chunk);
    const [first] = this.chunks.all;
    if (/^(?:CONNECTED|ERROR|[\r\n])/.test(first!.toString('latin1', 0, 16))) this.incoming.write(chunk);
  }
}
