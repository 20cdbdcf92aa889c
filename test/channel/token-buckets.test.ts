// Token buckets: what passes, when the next one does, and that nothing is kept of who has gone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../../src/channel/token-buckets.ts';

describe('a bucket', () => {
  it('lets its burst pass at once, then one per interval, and says when', () => {
    const buckets = new TokenBuckets(10, 1000, 3);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 5000))).toEqual([0, 0, 0, 100]);
    expect(buckets.take('a', 5060)).toBe(40);
    expect(buckets.take('a', 5100)).toBe(0);
    expect(buckets.take('a', 5100)).toBe(100);
  });

  it('fills up to its burst, and no further, however long nobody came', () => {
    const buckets = new TokenBuckets(10, 1000, 3);
    for (let i = 0; i < 3; i++) buckets.take('a', 0);
    expect([1, 2, 3].map(() => buckets.take('a', 200))).toEqual([0, 0, 100]);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 1e9))).toEqual([0, 0, 0, 100]);
  });

  it('is of one key, and a refusal takes nothing from it', () => {
    const buckets = new TokenBuckets(1, 1000, 1);
    expect([buckets.take('a', 0), buckets.take('b', 0)]).toEqual([0, 0]);
    for (let i = 0; i < 100; i++) expect(buckets.take('a', 500)).toBe(500);
    expect(buckets.take('a', 1000)).toBe(0);
  });

  it('is right that its refused come in again when it said', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }),
        (tokens, within, burst, waits) => {
          const buckets = new TokenBuckets(tokens, within, burst);
          let now = 0;
          let passed = 0;
          for (const wait of waits) {
            now += wait;
            const later = buckets.take('a', now);
            if (later > 0) expect(buckets.take('a', (now += later))).toBe(0);
            passed++;
            expect(passed).toBeLessThanOrEqual(burst + (now * tokens) / within + 1e-6);
          }
        },
      ),
    );
  });
});

describe('the buckets of those who have gone', () => {
  it('are forgotten, and those of who still comes are not', () => {
    const buckets = new TokenBuckets(10, 1000, 10);
    for (let i = 0; i < 10_000; i++) buckets.take(`guest-${i}`, 0);
    expect(buckets.size).toBe(10_000);
    for (let now = 0; now <= 3000; now += 50) buckets.take('busy', now);
    expect(buckets.size).toBe(1);
  });

  it('are forgotten after a long silence too', () => {
    const buckets = new TokenBuckets(10, 1000, 10);
    for (let i = 0; i < 100; i++) buckets.take(`guest-${i}`, 0);
    buckets.take('late', 1e6);
    expect(buckets.size).toBe(1);
  });

  it('are kept for as long as they are not full', () => {
    const buckets = new TokenBuckets(1, 1000, 5);
    for (let i = 0; i < 5; i++) buckets.take('a', 4990);
    buckets.take('b', 5000);
    expect(buckets.take('a', 5001)).toBe(989);
    buckets.take('b', 9980);
    expect([1, 2, 3, 4, 5].map(() => buckets.take('a', 9980))).toEqual([0, 0, 0, 0, 10]);
  });
});
