// A connection without a network: keeps what is written by reference until the test lets its client read.
import { Buffer } from 'node:buffer';
import { bareFraming } from '../../src/transport/framing.ts';
import type { Connection, ConnectionHandler, Framing, Peer } from '../../src/transport/transport.ts';

export class FakeConnection implements Connection {
  readonly framing: Framing;
  readonly peer: Peer;
  handler: ConnectionHandler | undefined;
  /** What a client was told at its close. */
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  /** What was written, the very buffers. */
  readonly written: Buffer[] = [];
  destroyed = false;
  paused = false;
  /** How many bytes are taken at once; the rest stays with us. */
  #room = Number.POSITIVE_INFINITY;
  /** Copied when the client took them, so that bytes which were overwritten before are seen. */
  readonly #sent: Buffer[] = [];
  readonly #unsent: Buffer[] = [];

  constructor(framing: Framing = bareFraming, address = '10.0.0.1') {
    this.framing = framing;
    this.peer = { transport: 'tcp', address, secure: false };
  }

  /** All that the client got, as it came. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent);
  }

  get unsent(): number {
    return this.#unsent.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(bytes: Buffer): void {
    if (this.destroyed || this.closes.length > 0) return;
    this.written.push(bytes);
    this.#unsent.push(bytes);
    this.#take();
  }

  close(code: number, reason: string): void {
    this.closes.push({ code, reason });
  }

  destroy(): void {
    this.destroyed = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** The client reads no more, but for some bytes. */
  stop(room = 0): void {
    this.#room = room;
  }

  /** The client reads again: some bytes, or all. */
  read(bytes = Number.POSITIVE_INFINITY): void {
    const stuck = this.unsent > 0;
    this.#room += bytes;
    this.#take();
    if (stuck && this.unsent === 0) this.handler?.drained();
  }

  /** The client's end of the connection is closed. */
  end(code = 1000, reason = ''): void {
    this.handler?.closed(code, reason);
  }

  #take(): void {
    for (let bytes = this.#unsent[0]; bytes !== undefined && this.#room > 0; bytes = this.#unsent[0]) {
      const taken = bytes.subarray(0, this.#room);
      this.#sent.push(Buffer.from(taken));
      this.#room -= taken.length;
      if (taken.length === bytes.length) this.#unsent.shift();
      else this.#unsent[0] = bytes.subarray(taken.length);
    }
  }
}
