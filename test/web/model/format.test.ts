// Times, spans and counts as people read them.
import { describe, expect, it } from 'vitest';
import { badge, clockTime, dayLabel, dayOf, secondsLeft, span } from '../../../src/web/model/format.ts';

const at = (...parts: [number, number, number, number?, number?]): number => new Date(...parts).getTime();

describe('a time', () => {
  it('is written in the reader’s habit', () => {
    expect(clockTime(at(2026, 2, 5, 14, 5), 'en-GB')).toBe('14:05');
    expect(clockTime(at(2026, 2, 5, 14, 5), 'en-US')).toMatch(/^2:05\sPM$/u);
    expect(clockTime(at(2026, 2, 5, 14, 5), 'ko')).toBe('오후 2:05');
  });

  it('belongs to the local day', () => {
    expect(dayOf(at(2026, 2, 5, 0, 0))).toBe(dayOf(at(2026, 2, 5, 23, 59)));
    expect(dayOf(at(2026, 2, 5, 23, 59))).not.toBe(dayOf(at(2026, 2, 6, 0, 0)));
  });
});

describe('a day', () => {
  const now = at(2026, 0, 2, 9, 0);

  it('is today, yesterday, or a date', () => {
    expect(dayLabel(at(2026, 0, 2, 0, 1), now)).toBe('Today');
    expect(dayLabel(at(2026, 0, 1, 23, 59), now)).toBe('Yesterday');
    expect(dayLabel(at(2026, 0, 5), now, 'en-GB')).toMatch(/^Monday,? 5 January$/);
  });

  it('names its year when it is another', () => {
    expect(dayLabel(at(2025, 11, 31), now, 'en-GB')).toMatch(/^Wednesday,? 31 December 2025$/);
  });
});

describe('a span', () => {
  it('is told in its largest unit', () => {
    expect([0, 1_000, 12_400, 89_000].map(span)).toEqual([
      '1 second',
      '1 second',
      '12 seconds',
      '89 seconds',
    ]);
    expect([90_000, 3 * 60_000, 2 * 3_600_000].map(span)).toEqual(['2 minutes', '3 minutes', '2 hours']);
  });

  it('counts down to 1 and not further', () => {
    expect(secondsLeft(10_000, 7_100)).toBe(3);
    expect(secondsLeft(10_000, 10_500)).toBe(1);
  });
});

describe('a count', () => {
  it('fits its badge', () => {
    expect([badge(1), badge(99), badge(100)]).toEqual(['1', '99', '99+']);
  });
});
