// PORT: who a client is, decided once, when its CONNECT arrives.
import type { Handshake, Peer } from '../transport/transport.ts';

/** Who a session acts for. */
export interface User {
  /** Shown to others, sent back as `user-name`. Holds no control characters. */
  readonly name: string;
  /** Whether the name was proven, or only said. */
  readonly authenticated: boolean;
}

/** What a client shows to be let in. */
export interface Credentials {
  readonly login: string | undefined;
  readonly passcode: string | undefined;
  /** Any other header of the CONNECT frame; the first of a name counts. */
  header(name: string): string | undefined;
  readonly handshake: Handshake | undefined;
  readonly peer: Peer;
}

/**
 * Decides who somebody is. Called once per session, before anything else of it is seen; may be slow.
 * Throws {@link StompwireError} `authentication-failed`, in words that do not help to guess.
 */
export interface Authenticator {
  /** Whether the names it gives are proven; listening beyond loopback depends on it. */
  readonly proves: boolean;
  authenticate(credentials: Credentials): User | Promise<User>;
}
