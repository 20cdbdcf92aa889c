// The phases of the connection, as an application may show them.

/** What the connection is about. */
export type Phase =
  /** Not activated, or deactivated. */
  | { readonly phase: 'idle' }
  /** `attempt` counts from 0; it is that of the last one that failed. */
  | { readonly phase: 'connecting'; readonly attempt: number }
  /** `user` is the name that the server gave this session, if it gave one. */
  | { readonly phase: 'online'; readonly user: string | undefined }
  /** The next attempt is made at `until`, in milliseconds since 1970. */
  | { readonly phase: 'waiting'; readonly attempt: number; readonly until: number }
  /** The server refused in a way that trying the same again would not mend. */
  | { readonly phase: 'stopped'; readonly reason: string };
