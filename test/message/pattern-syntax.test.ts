// Patterns as clients of RabbitMQ and ActiveMQ write them, against matchers that follow those brokers' rules word by word.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Subscriptions } from '../../src/broker/subscriptions.ts';
import { assertDestination } from '../../src/message/destination.ts';
import { PatternMatcher } from '../../src/message/pattern.ts';
import { ownPattern } from '../../src/message/pattern-syntax.ts';
import { Listener } from '../broker/listener.ts';

/** [RabbitMQ, topic exchange]: `*` is one word, `#` any number of them. */
function rabbitmq(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '#') return rabbitmq(rest, key) || (key.length > 0 && rabbitmq(pattern, key.slice(1)));
  return key.length > 0 && (first === '*' || first === key[0]) && rabbitmq(rest, key.slice(1));
}

/** [ActiveMQ, wildcards]: `*` is one word, `>` whatever follows, or nothing. */
function activemq([first, ...rest]: readonly string[], key: readonly string[]): boolean {
  if (first === undefined) return key.length === 0;
  if (first === '>') return true;
  return key.length > 0 && (first === '*' || first === key[0]) && activemq(rest, key.slice(1));
}

const words = (...of: string[]) => fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 6 });
const syntaxes = [
  { syntax: 'rabbitmq', fits: rabbitmq, patterns: words('a', 'b', '', '*', '#', '#') },
  {
    syntax: 'activemq',
    fits: activemq,
    patterns: fc
      .tuple(words('a', 'b', '', '*'), fc.boolean())
      .map(([pattern, rest]) => (rest ? [...pattern, '>'] : pattern)),
  },
] as const;

describe.each(syntaxes)('a pattern in the syntax of $syntax', ({ syntax, fits, patterns }) => {
  const own = (pattern: readonly string[]): string => ownPattern(`/topic/${pattern.join('.')}`, syntax);
  const keys = words('a', 'b', '', 'c');

  it('fits what it fits there', () => {
    fc.assert(
      fc.property(patterns, keys, (pattern, key) => {
        assertDestination(own(pattern), '/.');
        const matcher = new PatternMatcher(own(pattern), '/.');
        expect(matcher.matches(`/topic/${key.join('.')}`)).toBe(fits(pattern, key));
        expect(matcher.matches(`/other/${key.join('.')}`)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it('is found in the index once, beside others, whatever came and went before', () => {
    const step = fc.record({ pattern: patterns, removes: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(keys, { minLength: 1, maxLength: 5 }),
        (steps, asked) => {
          const index = new Subscriptions('/.');
          const held = new Map<Listener, readonly string[]>();
          for (const [at, { pattern, removes, which }] of steps.entries()) {
            const [victim, was] = [...held][which % Math.max(held.size, 1)] ?? [];
            if (removes && victim !== undefined && was !== undefined) {
              held.delete(victim);
              index.remove(own(was), victim);
            } else {
              const listener = new Listener(String(at));
              held.set(listener, pattern);
              index.add(own(pattern), listener);
            }
          }
          for (const key of asked) {
            const found: string[] = [];
            index.match(`/topic/${key.join('.')}`, (some) => found.push(...some.map(({ owner }) => owner)));
            const expected = [...held].filter(([, pattern]) => fits(pattern, key));
            expect(found.sort()).toEqual(expected.map(([{ owner }]) => owner).sort());
          }
          for (const [listener, pattern] of held) index.remove(own(pattern), listener);
          expect(index.size).toBe(0);
          index.match('/topic/a', () => expect.unreachable());
        },
      ),
      { numRuns: 600 },
    );
  });

  it('and another have in common what fits both, and one that holds the other leaves nothing of it out', () => {
    fc.assert(
      fc.property(patterns, patterns, keys, (one, other, key) => {
        const [first, second] = [new PatternMatcher(own(one), '/.'), new PatternMatcher(own(other), '/.')];
        if (fits(one, key) && fits(other, key)) expect(first.meets(own(other))).toBe(true);
        if (first.covers(own(other)) && fits(other, key)) expect(fits(one, key)).toBe(true);
        expect(first.meets(own(other))).toBe(second.meets(own(one)));
        expect(first.covers(own(one))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a pattern of another broker', () => {
  it.each([
    ['rabbitmq', '/topic/a.#.b', '/topic/a.**.b'],
    ['rabbitmq', '/topic/#', '/topic/**'],
    ['rabbitmq', '/topic/a#b.>', '/topic/a#b.>'],
    ['activemq', '/topic/a.>', '/topic/a.**'],
    ['activemq', '/topic/a.#.*', '/topic/a.#.*'],
    ['spring', '/topic/a.#.>', '/topic/a.#.>'],
    ['spring', '/topic/a?/**', '/topic/a?/**'],
  ] as const)('%s: %s becomes %s', (syntax, pattern, own) => {
    expect(ownPattern(pattern, syntax)).toBe(own);
  });

  it.each([
    ['rabbitmq', '/topic/a*'],
    ['rabbitmq', '/topic/**'],
    ['rabbitmq', '/topic/a?c'],
    ['activemq', '/topic/>.a'],
    ['activemq', '/topic/**'],
  ] as const)('%s: %s, which means no pattern there, is refused', (syntax, pattern) => {
    expect(() => ownPattern(pattern, syntax)).toThrow('stand for whole words');
  });

  it('that was made to be slow takes no longer than its length says', () => {
    const index = new Subscriptions('/.');
    const pattern = ownPattern(`/topic/${'#.a.'.repeat(60)}b`, 'rabbitmq');
    index.add(pattern, new Listener('slow'));
    const before = process.cpuUsage();
    const destination = `/topic/${'a.'.repeat(4000)}c`;
    index.match(destination, () => expect.unreachable());
    expect(new PatternMatcher(pattern, '/.').matches(destination)).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  it('with words behind its many goes and leaves the others as they were', () => {
    const index = new Subscriptions('/.');
    const [rest, inner] = [new Listener('rest'), new Listener('inner')];
    index.add('/topic/a.**', rest);
    index.add('/topic/**.b', inner);
    const heard = (): string[] => {
      const owners: string[] = [];
      index.match('/topic/a.b', (some) => owners.push(...some.map(({ owner }) => owner)));
      return owners.sort();
    };
    expect(heard()).toEqual(['inner', 'rest']);
    index.remove('/topic/**.b', inner);
    expect(heard()).toEqual(['rest']);
  });
});
