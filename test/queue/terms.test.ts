// The headers that say how a message waits: what they may hold, and which of several counts.
import { describe, expect, it } from 'vitest';
import { termsOf, usualTermsOf } from '../../src/queue/terms.ts';

const now = 1_700_000_000_000;

describe('the terms of a message', () => {
  it.each([
    [[], {}],
    [['own', 'x'], {}],
    [['priority', '0'], { priority: 0 }],
    [['priority', '9'], { priority: 9 }],
    [['priority', '255'], { priority: 9 }],
    [['priority', '3', 'priority', '7'], { priority: 3 }],
    [['expires', String(now + 5)], { expires: now + 5 }],
    [['expires', '0'], {}],
    [['expires', '0', 'expiration', '5'], {}],
    [['expiration', '5'], { expires: now + 5 }],
    [['expiration', '0'], { expires: now }],
    [['expiration', '5', 'expires', '7'], { expires: now + 5 }],
    [['persistent', 'true'], { persistent: true }],
    [['persistent', 'false'], {}],
    [['persistent', 'yes'], {}],
    [
      ['priority', '1', 'expiration', '1', 'persistent', 'true'],
      { priority: 1, expires: now + 1, persistent: true },
    ],
  ])('of %j are %j', (headers, terms) => {
    expect(termsOf(headers, now)).toEqual(terms);
    expect(usualTermsOf(headers, now)).toEqual(terms);
  });

  it.each([
    ['priority', '256'],
    ['priority', '10000'],
    ['priority', '-1'],
    ['priority', ''],
    ['priority', '4.5'],
    ['priority', ' 4'],
    ['expires', 'tomorrow'],
    ['expires', '-1'],
    ['expires', '12345678901234567'],
    ['expiration', ''],
    ['expiration', '1e3'],
  ])('refuse %s:%s on a queue, and leave it out on a topic', (name, value) => {
    expect(() => termsOf([name, value], now)).toThrow(
      expect.objectContaining({ code: 'bad-header', message: expect.stringContaining(`${name}:${value}`) }),
    );
    expect(usualTermsOf([name, value, 'persistent', 'true'], now)).toEqual({ persistent: true });
  });
});
