// PORT: what a session needs of the connection under it, and what a listener promises to a session.
import type { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';

/**
 * How the bytes of one STOMP frame are wrapped on a connection. Framings are shared constants: two
 * connections of one kind have the same object, so that wrapped bytes can be shared between them.
 */
export interface Framing {
  readonly name: string;
  /** Makes a frame's bytes fit to stand inside the framing; none: they stand as they are. */
  readonly quote?: (bytes: Buffer) => Buffer;
  /** A MESSAGE where it is no STOMP frame: the same for all subscriptions, whose ids do not travel. */
  readonly event?: (message: Message) => Buffer;
  /** What stands behind every frame. */
  readonly trailer: Buffer;
  /** How many bytes stand before a frame of `frameBytes` bytes (quoted, where the framing quotes). */
  headerLength(frameBytes: number): number;
  /** Writes them at `at`; `text` tells whether the whole frame is valid UTF-8. */
  writeHeader(target: Buffer, at: number, frameBytes: number, text: boolean): void;
}

/** What the opening HTTP request of a connection said; a TCP connection has none. */
export interface Handshake {
  /** The path without its query. */
  readonly path: string;
  /** The query with its `?`, or `''`. Never logged. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
}

/** Who is at the other end. */
export interface Peer {
  /** `http`: an event stream, or a request by itself; what is behind it says nothing more. */
  readonly transport: 'websocket' | 'tcp' | 'sockjs' | 'http';
  /** The address, after trusted proxies are looked through. */
  readonly address: string;
  readonly secure: boolean;
}

/**
 * One client's connection. Guarantees: bytes are sent in the order of `write`; `close` sends what was
 * written before it, so that the client sees the last frame, and then ends the connection; nothing
 * throws when the connection is gone. A connection sets no timer: its session does.
 */
export interface Connection {
  readonly framing: Framing;
  readonly peer: Peer;
  /** How many written bytes the operating system has not taken yet. */
  readonly unsent: number;
  /** Sends framed bytes. They must not change until `unsent` was seen 0. */
  write(bytes: Buffer): void;
  /** Hears why its client is about to be sent away, where that is told better than by a last frame. */
  refused?(error: StompwireError): void;
  /** Flushes, tells the code and reason where the kind of connection can, ends. Input is discarded from here on. */
  close(code: number, reason: string): void;
  /** Ends at once, without flushing. */
  destroy(): void;
  /** Stops reading; `resume` goes on. */
  pause(): void;
  resume(): void;
}

/**
 * What a connection tells the session on it. `received` is never called after `close`, `closed` exactly
 * once and last. `drained` is called after `unsent` was above 0 and has come back to 0; where the client
 * fetches what it is sent, also when it comes to fetch, so that what waits above goes along.
 */
export interface ConnectionHandler {
  received(chunk: Buffer): void;
  drained(): void;
  /** Bytes came that the connection keeps until a whole message has come; the session sets the time for that. */
  unfinished?(): void;
  /** @param code - the peer's WebSocket close code, 1000 for an orderly TCP end, 1006 for a broken connection */
  closed(code: number, reason: string): void;
}

/** Puts a session on a new connection. */
export type Accept = (connection: Connection, handshake: Handshake | undefined) => ConnectionHandler;

/**
 * A listener. `start` resolves when connections are accepted, and rejects when the address cannot be
 * had; after `stop` no connection is accepted, those that are open live on. `stop` twice is harmless.
 */
export interface Transport {
  readonly name: string;
  /** Where clients connect to, such as `ws://127.0.0.1:8080/ws`; empty before `start`. */
  readonly addresses: readonly string[];
  start(accept: Accept): Promise<void>;
  stop(): Promise<void>;
}
