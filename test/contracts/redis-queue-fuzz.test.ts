// Queues that nodes share over Redis, held against a model of them through whatever may be done to queues.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../chaos/random.ts';
import { requires } from '../servers/requires.ts';
import { QueueFuzz } from './queue-fuzz.ts';

const url = requires('redis');
/** More of them are a longer run, another seed is another run: see CONTRIBUTING.md. */
const runs = Number(process.env.STOMPWIRE_TEST_RUNS ?? 8);
const first = Number(process.env.STOMPWIRE_TEST_SEED ?? 1);
const steps = 60;

describe.runIf(url)('queues of three nodes over Redis', () => {
  let commands: Redis;
  beforeAll(() => {
    commands = new Redis(url!);
  });
  afterAll(() => commands.disconnect());

  it(
    'hold what a model holds, whatever is done to them',
    async () => {
      for (let seed = first; seed < first + runs; seed++) {
        const random = new Random(seed);
        const limits = {
          count: random.of([2, 4, 1000]),
          overflow: random.of(['reject', 'drop-oldest'] as const),
          tries: 3,
          bindings: random.of([1, 3]),
        };
        const prefix = `fuzz-${process.pid}-${seed}`;
        const fuzz = new QueueFuzz({ address: url!, commands, prefix, limits }, random);
        try {
          await fuzz.run(steps);
        } catch (error) {
          const told = `STOMPWIRE_TEST_SEED=${seed} ${JSON.stringify(limits)}\n${fuzz.said.join('\n')}`;
          throw new Error(`${(error as Error).message}\n${told}`, { cause: error });
        }
      }
      expect(runs).toBeGreaterThan(0);
    },
    60_000 + runs * 5000,
  );
});
