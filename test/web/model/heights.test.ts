// Where the lines of a long list stand: guessed, then measured.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heights } from '../../../src/web/model/heights.ts';

const keys = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at}`);

describe('the heights of a list', () => {
  it('are guessed until they are measured', () => {
    const heights = new Heights(10);
    heights.set(keys(4));
    expect(heights.total).toBe(40);
    expect(heights.measure(1, 30)).toBe(true);
    expect(heights.measure(1, 30.2)).toBe(false);
    expect([0, 1, 2, 3, 4].map((at) => heights.top(at))).toEqual([0, 10, 40, 50, 60]);
    heights.set(['new', ...keys(4)]);
    expect(heights.top(heights.placeOf('2')!)).toBe(50);
  });

  it('are known again of what stays, wherever it stands then', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40), { minLength: 1 }), fc.uniqueArray(fc.nat(40)), (one, other) => {
        const heights = new Heights(10);
        heights.set(one.map(String));
        one.forEach((key, at) => {
          heights.measure(at, key + 20);
        });
        heights.set(other.map(String));
        const expected = other.map((key) => (one.includes(key) ? key + 20 : 10));
        expect(other.map((_, at) => heights.top(at + 1) - heights.top(at))).toEqual(expected);
        expect(other.map((key) => heights.placeOf(String(key)))).toEqual([...other.keys()]);
      }),
    );
  });

  it('are those of nothing for an empty list', () => {
    const heights = new Heights(10);
    heights.set([]);
    expect([heights.total, heights.between(-5, 500)]).toEqual([0, { from: 0, to: 0 }]);
  });

  it('tell which lines stand between two heights: all that touch it, and no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 900 }),
        (sizes, from, length) => {
          const heights = new Heights(20);
          heights.set(keys(sizes.length));
          sizes.forEach((size, at) => {
            heights.measure(at, size);
          });
          const shown = heights.between(from, from + length);
          for (const [at] of sizes.entries()) {
            const isTouched = heights.top(at) <= from + length && heights.top(at + 1) > from;
            if (from < heights.total) expect(shown.from <= at && at < shown.to, `${at}`).toBe(isTouched);
          }
        },
      ),
    );
  });
});
