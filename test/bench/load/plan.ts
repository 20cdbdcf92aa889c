// What the load generator is told to do, and what it tells.

/**
 * How the load speaks: STOMP over WebSocket (with or without waiting for receipts), TCP or SockJS's WebSocket; bare
 * texts; Socket.IO's text protocol; SockJS with subscribers that read a streaming response (`sockjs-stream`); STOMP with
 * subscribers that read an event stream (`event-stream`, at `eventsAt`).
 */
export type Dialect =
  | 'stomp'
  | 'stomp-unconfirmed'
  | 'stomp-tcp'
  | 'stomp-sockjs'
  | 'sockjs-stream'
  | 'event-stream'
  | 'text'
  | 'socket.io';

/** One run of the load generator. */
export interface Plan {
  readonly dialect: Dialect;
  readonly port: number;
  /** `{client}` stands for the client's number. */
  readonly path: string;
  readonly subscribers: number;
  /** Subscriber i sits in room i modulo this. */
  readonly rooms: number;
  /** They send to the rooms in turn; the rooms are a multiple of them, so that a room hears one publisher. */
  readonly publishers: number;
  /** In all. */
  readonly messages: number;
  /** Messages that a publisher has under way. */
  readonly window: number;
  /** Whether the next are sent only when all that are under way have arrived everywhere. */
  readonly inBursts?: boolean;
  readonly bodyBytes: number;
  /** Whether each subscriber has a subscription id of its own; otherwise all have `sub-0`. */
  readonly distinctIds?: boolean;
  /** Where to subscribe and publish; `%` stands for the room. Default: `/topic/bench.%`. */
  readonly subscribeTo?: string;
  readonly publishTo?: string;
  /** Where the event stream of a room is; `%` stands for the room. */
  readonly eventsAt?: string;
  /** Where every second client of each room connects. Default: where all do. */
  readonly secondPort?: number;
}

/** What the generator tells when everything has arrived, or when something has not. */
export interface Outcome {
  readonly deliveries: number;
  readonly expected: number;
  /** Deliveries that came twice or out of order. */
  readonly disorder: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** From the generator: the clients are connected and subscribed; it is over; it went wrong. */
export type Report = { readonly ready: true } | { readonly outcome: Outcome } | { readonly failed: string };
