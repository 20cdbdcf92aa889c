// The waits between attempts.
import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../src/client/backoff.ts';

const backoff = { first: 100, longest: 1_000 };

describe('the wait before an attempt', () => {
  it('is anything up to a bound that doubles, and grows no further', () => {
    const waits = [1, 2, 4, 5, 1_000].map((attempt) => [
      waitBefore(attempt, () => 0, backoff),
      waitBefore(attempt, () => 0.5, backoff),
      waitBefore(attempt, () => 0.999, backoff),
    ]);
    expect(waits).toEqual([
      [0, 50, 100],
      [0, 100, 200],
      [0, 400, 799],
      [0, 500, 999],
      [0, 500, 999],
    ]);
  });

  it('comes behind what the server asked for', () => {
    expect([0, 0.5].map((random) => waitBefore(1, () => random, backoff, 7_000))).toEqual([7_000, 7_050]);
  });
});
