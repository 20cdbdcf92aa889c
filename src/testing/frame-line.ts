// A client's side of the wire: real STOMP frames out, and what comes back, frame by frame.
import { Buffer } from 'node:buffer';
import { type ClientCommand, type Frame, FrameParser, Headers, serializeFrame } from '../../frames/index.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import type { FarEnd, MemoryConnection, MemoryTransport } from './memory-transport.ts';

/** Hears what the server says. */
export interface FrameListener {
  heard(frame: Frame): void;
  beaten(): void;
  closed(code: number, reason: string): void;
}

const lineFeed = Buffer.from('\n');

/** One connection that speaks STOMP. */
export class FrameLine implements FarEnd {
  readonly #parser = new FrameParser({
    limits: { frameBytes: 2 ** 30, headerCount: 10_000, headerLineBytes: 2 ** 20 },
  });
  readonly #listener: FrameListener;
  readonly #connection: MemoryConnection;

  constructor(
    transport: MemoryTransport,
    listener: FrameListener,
    peer: Peer,
    handshake: Handshake | undefined,
  ) {
    this.#listener = listener;
    this.#connection = transport.open(this, peer, handshake);
  }

  /** Sends a frame; the server has it when this returns. */
  say(command: ClientCommand, headers: Readonly<Record<string, string>>, body: Buffer | string = ''): void {
    const frame = { command, headers: Headers.from(headers), body };
    this.#connection.say(serializeFrame(frame, this.#parser.version));
  }

  /** Sends bytes as they are, however wrong. */
  sayBytes(bytes: Buffer | string): void {
    this.#connection.say(Buffer.from(bytes as string));
  }

  beat(): void {
    this.#connection.say(lineFeed);
  }

  leave(code: number): void {
    this.#connection.leave(code);
  }

  hears(bytes: Buffer): void {
    if (bytes.equals(lineFeed)) return this.#listener.beaten();
    this.#parser.write(bytes);
    for (let frame = this.#parser.read(); frame !== null; frame = this.#parser.read()) this.#take(frame);
  }

  closed(code: number, reason: string): void {
    this.#listener.closed(code, reason);
  }

  #take(frame: Frame): void {
    const version = frame.headers.get('version');
    if (frame.command === 'CONNECTED' && (version === '1.0' || version === '1.1'))
      this.#parser.version = version;
    this.#listener.heard(frame);
  }
}
