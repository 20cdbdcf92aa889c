// How long to wait before the next attempt: doubling up to a bound, with jitter so that pages do not come at once.

export interface Backoff {
  /** The wait before the first retry is at most this long, in milliseconds. */
  readonly first: number;
  /** No wait is longer, in milliseconds. */
  readonly longest: number;
}

export const DEFAULT_BACKOFF: Backoff = { first: 1_000, longest: 30_000 };

/**
 * The wait before retry number `attempt` (from 1): between half and all of `first * 2^(attempt-1)`.
 * `random` gives a number from 0 up to 1.
 */
export function waitBefore(attempt: number, random: () => number, backoff = DEFAULT_BACKOFF): number {
  const bound = Math.min(backoff.longest, backoff.first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(bound / 2 + (bound / 2) * random());
}
