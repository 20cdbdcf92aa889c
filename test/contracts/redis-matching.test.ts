// Redis matches patterns as the nodes do, whatever they look like: whoever publishes need not be who subscribed.
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertDestination, type Separator } from '../../src/message/destination.ts';
import { PatternMatcher } from '../../src/message/pattern.ts';
import { matching } from '../../src/relay/redis/filling.ts';
import { requires } from '../servers/requires.ts';

const url = requires('redis');
const path = (characters: readonly string[], more: readonly string[]) =>
  fc
    .array(
      fc.oneof(fc.string({ unit: fc.constantFrom(...characters), maxLength: 7 }), fc.constantFrom(...more)),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .chain((segments) => fc.constantFrom('/', '.').map((separator) => `/${segments.join(separator)}`));
const destinations = path(['a', 'b', 'ü', '𝄞', '%', '-', '['], ['a', 'ab', 'aab', 'baba']);
const patterns = path(['a', 'b', 'ü', '𝄞', '%', '-', '*', '?'], ['*', '**', '?', 'a*']);

function isTaken(pattern: string, separator: Separator): boolean {
  try {
    assertDestination(pattern, separator);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(url)('a pattern in Redis', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(url!);
  });
  afterAll(() => redis.disconnect());

  it('fits what it fits on a node', async () => {
    let fitting = 0;
    await fc.assert(
      fc.asyncProperty(
        patterns,
        fc.array(destinations, { minLength: 20, maxLength: 20 }),
        fc.constantFrom<Separator>('/', '.', '/.'),
        async (pattern, some, separator) => {
          fc.pre(isTaken(pattern, separator)); // what no SUBSCRIBE can name is nobody's pattern
          const matcher = new PatternMatcher(pattern, separator);
          const source = `${matching}
            local found = {}
            for i = 3, #ARGV do found[i - 2] = matches(ARGV[1], ARGV[i], ARGV[2]) and 1 or 0 end
            return found`;
          const found = (await redis.eval(source, 0, pattern, separator, ...some)) as number[];
          fitting += found.filter((one) => one === 1).length;
          expect(found.map((one) => one === 1)).toEqual(some.map((one) => matcher.matches(one)));
        },
      ),
      { numRuns: 500 },
    );
    expect(fitting).toBeGreaterThan(100);
  });
});
