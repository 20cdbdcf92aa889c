// A transport without a network: its connections lead to clients in the same process.
import { Buffer } from 'node:buffer';
import { bareFraming } from '../transport/framing.ts';
import type {
  Accept,
  Connection,
  ConnectionHandler,
  Handshake,
  Peer,
  Transport,
} from '../transport/transport.ts';

/** The client's end of a connection. */
export interface FarEnd {
  hears(bytes: Buffer): void;
  /** Called once, and last. */
  closed(code: number, reason: string): void;
}

/** Connects clients of the same process. */
export class MemoryTransport implements Transport {
  readonly name = 'memory';
  readonly addresses: readonly string[] = [];
  #accept: Accept | undefined;

  async start(accept: Accept): Promise<void> {
    this.#accept = accept;
  }

  async stop(): Promise<void> {
    this.#accept = undefined;
  }

  /** @throws {Error} when the server takes no clients */
  open(far: FarEnd, peer: Peer, handshake: Handshake | undefined): MemoryConnection {
    if (this.#accept === undefined) throw new Error('the server takes no clients: it is not open');
    const connection = new MemoryConnection(far, peer);
    connection.handler = this.#accept(connection, handshake);
    return connection;
  }
}

/** A connection whose client takes all that it is sent at once, and closes when the server does. */
export class MemoryConnection implements Connection {
  readonly framing = bareFraming;
  readonly peer: Peer;
  readonly unsent = 0;
  handler: ConnectionHandler | undefined;
  readonly #far: FarEnd;
  /** What the client said while reading paused. */
  readonly #held: Buffer[] = [];
  #paused = false;
  #closing = false;

  constructor(far: FarEnd, peer: Peer) {
    this.#far = far;
    this.peer = peer;
  }

  write(bytes: Buffer): void {
    if (!this.#closing) this.#far.hears(Buffer.from(bytes)); // the server uses its bytes again
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    setImmediate(() => this.#end(code, reason, 1000));
  }

  destroy(): void {
    this.#closing = true;
    setImmediate(() => this.#end(1006, '', 1006));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#held.length > 0) this.say(this.#held.shift()!);
  }

  /** What the client sends. */
  say(bytes: Buffer): void {
    if (this.#closing) return;
    if (this.#paused) this.#held.push(bytes);
    else this.handler?.received(bytes);
  }

  /** The client closes; 1006: its line breaks. */
  leave(code: number): void {
    this.#closing = true;
    this.#end(code, '', code);
  }

  /** @param told - what the client hears @param heard - what the session hears of the client's close */
  #end(told: number, reason: string, heard: number): void {
    const { handler } = this;
    if (handler === undefined) return;
    this.handler = undefined;
    handler.closed(heard, reason);
    this.#far.closed(told, reason);
  }
}
