// What an inbound interceptor is shown: one client frame and the session it came from.
import type { Buffer } from 'node:buffer';
import type { ClientCommand, Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Peer } from '../transport/transport.ts';

/** What interceptors and handlers may know of a session. */
export interface SessionView {
  readonly id: string;
  readonly user: User | undefined;
  readonly peer: Peer;
  /** Whatever the application keeps with a session. */
  readonly attributes: Map<string, unknown>;
  /** The server's clock, in milliseconds; it never goes back, and ticks every 20. */
  readonly now: number;
  /** Fires when the session is over; made when first asked for. */
  readonly ended: AbortSignal;
}

/** A client's frame on its way in; interceptors may change its headers and body. */
export interface Inbound {
  readonly command: ClientCommand;
  /** Of SEND and SUBSCRIBE; `''` for the commands that have none. */
  readonly destination: string;
  readonly headers: Headers;
  body: Buffer;
  readonly session: SessionView;
}
