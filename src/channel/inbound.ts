// What an inbound interceptor is shown: one client frame and the session it came from.
import type { Buffer } from 'node:buffer';
import type { ClientCommand, Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { ReceiptLevel } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { Peer } from '../transport/transport.ts';

/** What interceptors and handlers may know of a session. */
export interface SessionView {
  readonly id: string;
  readonly user: User | undefined;
  readonly peer: Peer;
  /** What its messages exclude of itself, once one of its subscriptions asked for it; see `localOf`. */
  readonly excludes?: string | undefined;
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
  /** What a SEND asks of all that is published in its name; none when it asks nothing. */
  readonly sending?: Sending | undefined;
}

/** What a SEND asks of the messages that are published because of it: its own, and those of its handler. */
export interface Sending {
  /** What its RECEIPT shall stand for; none: what the policies of the destinations say. */
  readonly level: ReceiptLevel | undefined;
  /** The idempotency key of the next message, scope included: the SEND's own, then with `/1`, `/2`... behind it. */
  nextKey(): string | undefined;
  /** A message of it stands in a log. @param again - it did so already: its key was known */
  appended(destination: string, position: Position, again: boolean): void;
  /** The RECEIPT waits for this and tells if it fails; nothing else waits. */
  waitFor(confirmed: Promise<void>): void;
}
