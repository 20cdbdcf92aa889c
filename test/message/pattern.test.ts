// Patterns against destinations: wildcards, the rest, separators, and patterns made to be slow.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternMatcher, segmentMatcher } from '../../src/message/pattern.ts';

const matches = (pattern: string, destination: string, separator: '/' | '.' = '/'): boolean =>
  new PatternMatcher(pattern, separator).matches(destination);

describe('a pattern', () => {
  it.each([
    ['/topic/*', '/topic/a', true],
    ['/topic/*', '/topic/', true],
    ['/topic/*', '/topic/a/b', false],
    ['/topic/*', '/topic', false],
    ['/topic/a*', '/topic/a', true],
    ['/topic/a*z', '/topic/abcz', true],
    ['/topic/a*z', '/topic/abc', false],
    ['/topic/a?c', '/topic/abc', true],
    ['/topic/a?c', '/topic/ac', false],
    ['/topic/?', '/topic/😀', true],
    ['/topic/**', '/topic', true],
    ['/topic/**', '/topic/a', true],
    ['/topic/**', '/topic/a/b/c', true],
    ['/topic/**', '/topical/a', false],
    ['/topic/*/b', '/topic/a/b', true],
    ['/topic/*/b', '/topic/b', false],
    ['/topic/a.c*', '/topic/abc', false],
    ['/topic/a+(b)[c]$*', '/topic/a+(b)[c]$d', true],
    ['/topic/a', '/topic/a', true],
    ['/topic/a', '/topic/A', false],
  ])('%s and %s: %s', (pattern, destination, expected) => {
    expect(matches(pattern, destination)).toBe(expected);
  });

  it('counts segments by the separator of its server', () => {
    expect(matches('/topic/room.*', '/topic/room.a', '.')).toBe(true);
    expect(matches('/topic/room.*', '/topic/room.a.b', '.')).toBe(false);
    expect(matches('/topic/room.**', '/topic/room.a.b', '.')).toBe(true);
    expect(matches('/topic/*', '/topic/a', '.')).toBe(true);
  });
});

describe('a segment', () => {
  it('fits where a regular expression of the same meaning does', () => {
    const text = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 9 });
    fc.assert(
      fc.property(text('ab*?.'), text('ab.'), (pattern, segment) => {
        const source = pattern.replaceAll('.', '\\.').replace(/\*+/g, '.*').replaceAll('?', '.');
        expect(segmentMatcher(pattern)(segment)).toBe(new RegExp(`^${source}$`, 's').test(segment));
      }),
      { numRuns: 2000 },
    );
  });

  it('that was made to be slow takes no longer than its length says', () => {
    const fits = segmentMatcher(`${'*a'.repeat(30)}b`);
    const before = process.cpuUsage();
    expect(fits('a'.repeat(2000))).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });
});
