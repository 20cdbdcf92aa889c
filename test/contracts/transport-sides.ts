// The two sides of a connection in the transport suite, waited for by events and never by time.
import { Buffer } from 'node:buffer';
import { EventEmitter, once } from 'node:events';
import type { Connection, ConnectionHandler, Handshake } from '../../src/transport/transport.ts';

/** Something that changes, and that can be waited for. */
export class Changing {
  readonly #changes = new EventEmitter().setMaxListeners(0);

  changed(): void {
    this.#changes.emit('changed');
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changes, 'changed');
  }
}

/** How a connection ended: the close code, or 1000 for an orderly end of a kind that has none. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** A client of one kind of transport: STOMP bytes out and in, without what stands around them. */
export abstract class Client extends Changing {
  readonly #chunks: Buffer[] = [];
  #length = 0;
  ended: Ending | undefined;

  /** What came, put together. */
  get heard(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get length(): number {
    return this.#length;
  }

  protected hear(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.changed();
  }

  protected end(ending: Ending): void {
    this.ended ??= ending;
    this.changed();
  }

  /** Sends in one piece, where the kind of transport has pieces. */
  abstract send(bytes: Buffer): void;
  /** Stops reading. */
  abstract pause(): void;
  abstract resume(): void;
  /** Says good-bye. */
  abstract close(): void;
  /** Is gone without a word. */
  abstract destroy(): void;
}

/** The server's side: writes down all that it is told. */
export class Recorder extends Changing implements ConnectionHandler {
  readonly connection: Connection;
  readonly handshake: Handshake | undefined;
  readonly chunks: Buffer[] = [];
  /** How much was unsent whenever `drained` was called. */
  readonly drains: number[] = [];
  readonly ends: Ending[] = [];
  /** What was called after `closed`. */
  readonly late: string[] = [];
  /** What to do when something is received. */
  onReceived: () => void = () => {};

  constructor(connection: Connection, handshake: Handshake | undefined) {
    super();
    this.connection = connection;
    this.handshake = handshake;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  received(chunk: Buffer): void {
    this.#note('received');
    this.chunks.push(Buffer.from(chunk));
    this.onReceived();
    this.changed();
  }

  drained(): void {
    this.#note('drained');
    this.drains.push(this.connection.unsent);
    this.changed();
  }

  closed(code: number, reason: string): void {
    this.#note('closed');
    this.ends.push({ code, reason });
    this.changed();
  }

  #note(what: string): void {
    if (this.ends.length > 0) this.late.push(what);
  }
}
