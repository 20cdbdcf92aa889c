// What of the chat is named how in Redis.

/** The keys of the chat, all in one slot of a cluster. */
export interface LiveKeys {
  /** Hash: by room, the number through which it is decided. */
  readonly through: string;
  /** Hash: by user and id, a notice: `<place> <number> <room>`, a line's end, and the notice as JSON. */
  readonly notices: string;
  /** Sorted by name: `<user>`, `<place>` and id, a line each; of one user in the order in which they were kept. */
  readonly byUser: string;
  /** Sorted by name: room, id and user, a line each. */
  readonly byRoom: string;
  /** Sorted by when it is to be posted: user and id. */
  readonly due: string;
  /** Hash: by user and id, how often it was taken to be posted. */
  readonly tries: string;
  /** Counts the places. */
  readonly place: string;
  /** Sorted by when they were last there: people. */
  readonly seen: string;
}

/** @param prefix - what the address says that all names begin with */
export function liveKeys(prefix: string): LiveKeys {
  const of = (name: string): string => `{${prefix}:chat}:${name}`;
  return {
    ...{ through: of('through'), notices: of('notices'), byUser: of('by-user'), byRoom: of('by-room') },
    ...{ due: of('due'), tries: of('tries'), place: of('place'), seen: of('seen') },
  };
}
