// A server that says what a test tells it to, for the tests of the light clients.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Arrivals } from '../e2e/clients/arrivals.ts';
import { type FrameHeaders, readFrame, type ServerFrame, writeFrame } from './frame-text.ts';

/** A frame that came, and a way to answer on its connection. */
export interface Arrived extends ServerFrame {
  answer(command: string, headers: FrameHeaders, body?: string): void;
  /** Ends its connection. */
  drop(): void;
}

export class ScriptedServer {
  readonly #frames = new Arrivals<Arrived>(({ command, headers }) => `${command} ${[...headers].join(' ')}`);
  readonly #server: WebSocketServer;
  readonly #seen = new Set<Arrived>();

  static async start(): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new ScriptedServer(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => socket.on('message', (data) => this.#read(socket, String(data))));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next frame of a kind, each once. */
  async next(command: string): Promise<Arrived> {
    const frame = await this.#frames.first((one) => one.command === command && !this.#seen.has(one), command);
    this.#seen.add(frame);
    return frame;
  }

  /** A SUBSCRIBE to something else than errors. */
  async subscribe(): Promise<Arrived> {
    for (;;) {
      const frame = await this.next('SUBSCRIBE');
      if (frame.headers.get('id') !== 'errors') return frame;
    }
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #read(socket: WebSocket, text: string): void {
    const frame = readFrame(text)!;
    const answer: Arrived['answer'] = (...parts) => socket.send(writeFrame(...parts));
    if (frame.command === 'CONNECT') answer('CONNECTED', { version: '1.2', 'client-token': 'token' });
    this.#frames.push({ ...frame, answer, drop: () => socket.terminate() });
  }
}
