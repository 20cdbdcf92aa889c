// Patterns against destinations: wildcards, the rest, separators, and patterns made to be slow.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentMatcher } from '../../src/message/glob.ts';
import { PatternMatcher } from '../../src/message/pattern.ts';

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

describe('two patterns', () => {
  it.each([
    // one, another, whether they may have a destination in common, whether the first holds all of the second
    ['/topic/secret/**', '/topic/**', true, false],
    ['/topic/**', '/topic/secret/**', true, true],
    ['/topic/secret/**', '/topic/*/a', true, false],
    ['/topic/secret/**', '/topic/s*/a', true, false],
    ['/topic/secret/**', '/topic/p*/a', false, false],
    ['/topic/secret/**', '/topic/*', true, false],
    ['/topic/secret/x', '/topic/*', false, false],
    ['/topic/secret/x', '/topic/*/?', true, false],
    ['/topic/*', '/topic/a*', true, true],
    ['/topic/*', '/topic/a', true, true],
    ['/topic/*', '/topic/**', true, false],
    ['/topic/*', '/topic/*/*', false, false],
    ['/topic/a*', '/topic/a*', true, true],
    ['/topic/a*', '/topic/*b', true, false],
    ['/topic/**', '/other/**', false, false],
    ['/**', '/topic/**', true, true],
  ])('%s and %s: in common %s, holds %s', (one, other, meets, covers) => {
    expect(new PatternMatcher(one).meets(other)).toBe(meets);
    expect(new PatternMatcher(other).meets(one)).toBe(meets);
    expect(new PatternMatcher(one).covers(other)).toBe(covers);
  });

  it('have in common what fits both, and one that holds the other leaves nothing of it out', () => {
    const segment = fc.constantFrom('a', 'b', '*', 'a*', '?', '*b');
    const pattern = fc
      .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([segments, rest]) => `/${segments.join('/')}${rest ? '/**' : ''}`);
    const text = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pattern, pattern, text, (one, other, texts) => {
        const destination = `/${texts.join('/')}`;
        const [first, second] = [matches(one, destination), matches(other, destination)];
        if (first && second) expect(new PatternMatcher(one).meets(other)).toBe(true);
        if (second && new PatternMatcher(one).covers(other)) expect(first).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a segment', () => {
  it('fits where a regular expression of the same meaning does', () => {
    const text = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 9 });
    fc.assert(
      fc.property(text('ab*?.𝄞'), text('ab.𝄞'), (pattern, segment) => {
        const source = pattern.replaceAll('.', '\\.').replace(/\*+/g, '.*').replaceAll('?', '.');
        expect(segmentMatcher(pattern)(segment)).toBe(new RegExp(`^${source}$`, 'su').test(segment));
      }),
      { numRuns: 4000 },
    );
  });

  it('that was made to be slow takes no longer than its length says', () => {
    const slow = [`${'*a'.repeat(120)}*b`, `*${'a'.repeat(200)}b`, `*${'a'.repeat(200)}b*`].map(
      segmentMatcher,
    );
    const segment = 'a'.repeat(1000);
    const before = process.cpuUsage();
    for (let times = 0; times < 3000; times++) expect(slow.some((fits) => fits(segment))).toBe(false);
    // one character after the other they take two seconds
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
  });
});
