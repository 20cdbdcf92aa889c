// The phases of the connection to the service, as the page shows them.

export type LinkPhase =
  /** Nobody is signed in. */
  | { readonly phase: 'idle' }
  | { readonly phase: 'connecting'; readonly attempt: number }
  /** `user` is the name that the service gave this session. */
  | { readonly phase: 'online'; readonly user: string }
  /** The next attempt is made at `until` (milliseconds since 1970). */
  | { readonly phase: 'waiting'; readonly attempt: number; readonly until: number }
  /** The service refused in a way that trying again by itself would not mend. */
  | { readonly phase: 'stopped'; readonly reason: string };

export const IDLE: LinkPhase = { phase: 'idle' };
