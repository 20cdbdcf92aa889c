// The waits between attempts: doubling, bounded, never all the same.
import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../../src/web/wire/backoff.ts';

const waits = (random: () => number): number[] =>
  [1, 2, 3, 4, 5, 6, 7, 2_000].map((n) => waitBefore(n, random));

describe('the wait before an attempt', () => {
  it('doubles up to its bound', () => {
    expect(waits(() => 1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is jittered over its upper half, so that it is never zero', () => {
    expect(waits(() => 0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(waitBefore(1, () => 0.5)).toBe(750);
  });
});
