// Destinations of a session's own: `/user/queue/x`, as its client names them, and where the broker delivers them.

/**
 * The broker's address of a session's own queue. It begins with no `/`, so that no client can name it:
 * whatever a client subscribes to must begin with one.
 *
 * @param path - what follows the user prefix, such as `/queue/errors`
 */
export function sessionAddress(sessionId: string, path: string): string {
  return `session:${sessionId}${path}`;
}
