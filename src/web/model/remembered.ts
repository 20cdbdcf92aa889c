// What changed messages that are not shown, by message: of a page that is open for weeks the oldest goes.

/** So many are remembered of a room: an older page over HTTP has messages as they are by then. */
export const MOST_REMEMBERED = 2000;

/** The map with one more in it. */
export function remembering<T>(
  known: ReadonlyMap<string, T>,
  messageId: string,
  value: T,
): ReadonlyMap<string, T> {
  const next = new Map(known);
  next.delete(messageId); // what was changed last goes last
  next.set(messageId, value);
  if (next.size > MOST_REMEMBERED) next.delete(next.keys().next().value!);
  return next;
}
