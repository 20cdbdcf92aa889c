// How long to wait before the next attempt: a bound that doubles, and full jitter, so that clients do not come at once.

/** How the waits between attempts grow. Times in milliseconds. */
export interface Backoff {
  /** The wait before the first retry is at most this long. */
  readonly first: number;
  /** No wait is longer. */
  readonly longest: number;
}

export const usualBackoff: Backoff = { first: 1_000, longest: 30_000 };

/**
 * The wait before retry number `attempt` (from 1): anything up to `first * 2^(attempt-1)`. What the server asked
 * for comes first, and all of the jitter behind it: whom it told the same time shall not come at the same time.
 *
 * @param random - gives a number from 0 up to 1
 * @param asked - the server's `retry-after`, in milliseconds
 */
export function waitBefore(attempt: number, random: () => number, backoff: Backoff, asked = 0): number {
  const bound = Math.min(backoff.longest, backoff.first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(asked + bound * random());
}
