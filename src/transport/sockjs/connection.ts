// What an application sees of a SockJS connection, and what it tells of it; nothing here knows a transport.
import type { Buffer } from 'node:buffer';
import type { Handshake, Peer } from '../transport.ts';

/**
 * How prepared bytes are framed: `websocket` takes whole WebSocket frames, `http` takes JSON strings with a
 * comma behind each, `raw` takes whole WebSocket frames without SockJS's framing in them.
 */
export type SockJsKind = 'websocket' | 'http' | 'raw';

/**
 * One client. Guarantees: messages arrive in the order of `send` and `write`; `close` sends what was written
 * before it and then says why; nothing throws when the client is gone.
 */
export interface SockJsConnection {
  readonly kind: SockJsKind;
  readonly peer: Peer;
  /** Bytes that the client has not taken: those that wait for a receiver, and those of the receiver's socket. */
  readonly unsent: number;
  /** Sends one message. */
  send(text: string): void;
  /**
   * Sends prepared bytes, framed as {@link SockJsKind} says; `quote` makes the text in them. They are kept,
   * not copied: they must not change any more unless `unsent` is 0 when this returns.
   */
  write(bytes: Buffer): void;
  /** Sends what waits and the close frame, and ends; what the client still sends is dropped. */
  close(code: number, reason: string): void;
  /** Ends at once; what waits is lost. */
  destroy(): void;
  /** Takes no further input: WebSockets are not read, HTTP uploads are not answered, until `resume`. */
  pause(): void;
  resume(): void;
}

/**
 * What the connection tells the application. `message` is never called after `close`; `closed` is called
 * exactly once and last, and never from within a call of the application.
 */
export interface SockJsHandler {
  message(text: string): void;
  /** `unsent` was above 0, and the client takes more now. */
  drained(): void;
  /** Bytes of a message came whose rest is still missing; told over WebSocket only. */
  unfinished?(): void;
  /** @param code - the close code: ours after `close`, else what ended the connection, such as 1002 or 1006 */
  closed(code: number, reason: string): void;
}

/** Puts the application on a new connection, which is open already: it may be written to at once. */
export type SockJsOpener = (connection: SockJsConnection, handshake: Handshake) => SockJsHandler;
