// What lies together over Redis: the addresses of one partition, and no others.
import { describe, expect, it } from 'vitest';
import { Policies } from '../../../src/message/policies.ts';
import { parseRedisAddress } from '../../../src/redis/address.ts';
import { Keys } from '../../../src/relay/redis/keys.ts';
import { RedisRelay } from '../../../src/relay/redis.ts';

const address = 'redis://127.0.0.1:1';
const keys = new Keys(parseRedisAddress(address));

/** Two queues of one partition, and one of another. */
function some(): readonly [string, string, string] {
  const names = Array.from({ length: 1000 }, (_, at) => `/queue/${at}`);
  const home = keys.partitionOf(names[0]!);
  const neighbour = names.slice(1).find((name) => keys.partitionOf(name) === home)!;
  return [names[0]!, neighbour, names.find((name) => keys.partitionOf(name) !== home)!];
}

describe('a transaction over Redis', () => {
  const relay = new RedisRelay(address, { policies: new Policies() });
  const [one, neighbour, far] = some();

  it('may be of one partition', () => {
    expect(() => relay.assertTogether([])).not.toThrow();
    expect(() => relay.assertTogether([one, neighbour, one])).not.toThrow();
  });

  it('may not be of two, and is told which', () => {
    expect(() => relay.assertTogether([one, neighbour, far])).toThrow(
      expect.objectContaining({
        code: 'transaction-too-wide',
        message: expect.stringContaining(`'${one}' and '${far}'`),
      }),
    );
  });
});
