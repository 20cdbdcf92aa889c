// The index of subscriptions, against one that looks at every subscription every time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Subscriptions } from '../../src/broker/subscriptions.ts';
import { isPattern } from '../../src/message/destination.ts';
import { PatternMatcher } from '../../src/message/pattern.ts';
import { Listener } from './listener.ts';

function heardAt(index: Subscriptions, destination: string): Listener[] {
  const found: Listener[] = [];
  index.match(destination, (listeners) => found.push(...(listeners as Listener[])));
  return found;
}

const byOwner = (one: Listener, other: Listener): number => one.owner.localeCompare(other.owner);

function naive(held: ReadonlyMap<Listener, string>, destination: string, separator: '/' | '.'): Listener[] {
  return [...held]
    .filter(([, subscribed]) =>
      isPattern(subscribed)
        ? new PatternMatcher(subscribed, separator).matches(destination)
        : subscribed === destination,
    )
    .map(([listener]) => listener);
}

const segment = fc.constantFrom('a', 'b', '', '*', '?', 'a*', '*b');
const name = fc.constantFrom('a', 'b', '', 'ab', 'c');
const under = (parts: string[], separator: string): string => `/t${separator}${parts.join(separator)}`;

describe.each(['/', '.'] as const)('the index with separator %s', (separator) => {
  const places = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([parts, rest]) => under(rest ? [...parts, '**'] : parts, separator));
  const destinations = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => under(parts, separator));
  const steps = fc.array(fc.record({ place: places, removes: fc.boolean(), which: fc.nat() }), {
    maxLength: 40,
  });

  it('finds whom a search through all of them finds, whatever was added and removed before', () => {
    fc.assert(
      fc.property(steps, fc.array(destinations, { minLength: 1, maxLength: 8 }), (made, asked) => {
        const index = new Subscriptions(separator);
        const held = new Map<Listener, string>();
        for (const [at, { place, removes, which }] of made.entries()) {
          const [victim, subscribed] = [...held][which % Math.max(held.size, 1)] ?? [];
          const others = (of: string): number => [...held.values()].filter((one) => one === of).length;
          if (removes && victim !== undefined && subscribed !== undefined) {
            held.delete(victim);
            expect(index.remove(subscribed, victim)).toBe(others(subscribed) === 0);
          } else {
            const listener = new Listener(String(at));
            expect(index.add(place, listener)).toBe(others(place) === 0);
            held.set(listener, place);
          }
          expect(index.size).toBe(held.size);
        }
        for (const destination of asked)
          expect(heardAt(index, destination).sort(byOwner)).toEqual(
            naive(held, destination, separator).sort(byOwner),
          );
      }),
      { numRuns: 500 },
    );
  });

  it('holds nothing when all have gone, so that it can be filled again for ever', () => {
    const index = new Subscriptions(separator);
    const places = [
      under(['a', '*'], separator),
      under(['a', '**'], separator),
      under(['a', 'b'], separator),
    ];
    for (let round = 0; round < 2; round++) {
      const listeners = places.map((place) => ({ place, listener: new Listener(place) }));
      for (const { place, listener } of listeners) expect(index.add(place, listener)).toBe(true);
      expect(heardAt(index, under(['a', 'b'], separator))).toHaveLength(3);
      for (const { place, listener } of listeners) expect(index.remove(place, listener)).toBe(true);
      expect(heardAt(index, under(['a', 'b'], separator))).toEqual([]);
    }
    expect(index.size).toBe(0);
  });
});

describe('a list of subscribers', () => {
  it('closes the gap of one that leaves with the last of them', () => {
    const index = new Subscriptions();
    const [a, b, c] = [new Listener('a'), new Listener('b'), new Listener('c')];
    for (const one of [a, b, c]) index.add('/t/x', one);
    index.remove('/t/x', a);
    expect(heardAt(index, '/t/x').map(({ owner }) => owner)).toEqual(['c', 'b']);
    index.remove('/t/x', c);
    index.remove('/t/x', b);
    expect(heardAt(index, '/t/x')).toEqual([]);
  });

  it('is not changed by removing one who is not in it', () => {
    const index = new Subscriptions();
    const member = new Listener('member');
    index.add('/t/x', member);
    index.add('/t/*', new Listener('pattern'));
    for (const place of ['/t/x', '/t/y', '/t/*', '/t/?', '/u/**'])
      expect(index.remove(place, new Listener('stranger'))).toBe(false);
    expect(index.remove('/t/x', member)).toBe(true);
    expect(index.remove('/t/x', member)).toBe(false);
    expect(index.size).toBe(1);
  });
});

describe('addresses that no client can name', () => {
  it('and patterns of destinations never meet, though they differ in the first character only', () => {
    const index = new Subscriptions('/');
    for (const place of ['/**', '/ser:ann/queue/*', '/*/*/*', 'user:ann/queue/*'])
      index.add(place, new Listener(place));
    expect(heardAt(index, 'user:ann/queue/x').map(({ owner }) => owner)).toEqual(['user:ann/queue/*']);
    expect(heardAt(index, '/ser:ann/queue/x').map(({ owner }) => owner)).not.toContain('user:ann/queue/*');
    expect(heardAt(index, 'user:bob/queue/x')).toEqual([]);
  });
});
