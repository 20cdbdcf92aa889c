// The options of a SockJS endpoint: what it offers, whom it lets in, and how much a session may cost.
import type { IncomingMessage } from 'node:http';
import type { Metrics } from '../../metrics/metrics.ts';
import type { TimingWheel } from '../../time/wheel.ts';
import type { OriginGuard } from '../origins.ts';
import type { Peer } from '../transport.ts';

/** All of them are given by whoever has the server; {@link sockJsDefaults} holds what most want. */
export interface SockJsOptions {
  /** The path of the endpoint, such as `/ws`: no slash at its end. */
  readonly prefix: string;
  /** Whether the WebSocket transports are offered. */
  readonly websocket: boolean;
  /** Whether `<prefix>/websocket` is served here: plain WebSocket messages without SockJS's framing. */
  readonly rawWebsocket?: boolean;
  /** `jsessionid`: sets the cookie by which balancers keep a client on one server. */
  readonly cookie: false | 'jsessionid';
  /** Bytes after which a streaming response ends and the client opens the next. */
  readonly responseLimit: number;
  /** Milliseconds of silence after which a heart-beat frame is sent. */
  readonly heartbeatDelay: number;
  /** Milliseconds that a session lives without a receiver. */
  readonly disconnectDelay: number;
  /** The largest request body or WebSocket message, in bytes. */
  readonly maxMessageBytes: number;
  /** How many bytes may wait for a client that does not take them; above it, its session is closed with 4500. */
  readonly bufferBytes: number;
  /** How many HTTP sessions the endpoint holds at most; 0: none. */
  readonly maxSessions: number;
  /** Whether the JSONP transports are offered: a script tag carries no Origin, so any page may use them. */
  readonly jsonp: boolean;
  /** As for `originGuard`; when some are listed, the iframe transports are off, for they carry no Origin. */
  readonly origins: readonly string[];
  readonly guard: OriginGuard;
  /** Who sent a request, with trusted proxies looked through. */
  peerOf(request: IncomingMessage): Peer;
  /** Turns all time-outs; whoever gives it starts and closes it. */
  readonly wheel: TimingWheel;
  readonly metrics?: Metrics;
  /** Where the iframe page finds the client's script; default: `<prefix>/sockjs.min.js`, which is served here. */
  readonly clientScript?: string | undefined;
  /** Whom a session belongs to; later requests must give the same. Default: see `Binding`. */
  readonly bindingOf?: ((request: IncomingMessage) => string) | undefined;
}

/**
 * What most endpoints want: the figures of the protocol document, bounds that suit a chat, pages of the same
 * origin, and nothing that carries no Origin.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { sockJsDefaults } from 'stompwire/sockjs';
 *
 * assert.equal(sockJsDefaults.heartbeatDelay, 25_000);
 * ```
 */
export const sockJsDefaults = Object.freeze({
  websocket: true,
  cookie: false,
  jsonp: false,
  origins: [],
  responseLimit: 131_072,
  heartbeatDelay: 25_000,
  disconnectDelay: 5000,
  maxMessageBytes: 1_048_576,
  bufferBytes: 1_048_576,
  maxSessions: 20_000,
});
