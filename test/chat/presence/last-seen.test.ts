// When people were last there is right within a bound, however their node ends, and waits for a shelf that is away.
import { beforeEach, expect, it } from 'vitest';
import { LastSeen } from '../../../src/chat/presence/last-seen.ts';
import { MemorySeen } from '../../../src/chat/repositories/memory-live.ts';

const day = 86_400_000;
let shelf: MemorySeen;
let now: number;
let failures: unknown[];

beforeEach(() => {
  shelf = new MemorySeen();
  now = 1_700_000_000_000;
  failures = [];
});

const nodeOf = (): LastSeen =>
  new LastSeen({ shelf: () => shelf, clock: () => now, failed: (error) => failures.push(error) });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** A second in the life of a node. */
const say = async (node: LastSeen, seconds = 1): Promise<void> => {
  now += seconds * 1000;
  node.say();
  await turn();
};
const kept = async (...keys: string[]): Promise<Record<string, number>> =>
  Object.fromEntries((await shelf.of(keys)).map(([key, at]) => [key, now - at]));

it('is said as people come and go, and each minute while they stay: a kill is wrong by no more', async () => {
  const node = nodeOf();
  node.came('kim');
  await say(node);
  node.came('lee');
  await say(node, 58);
  expect(await kept('kim', 'lee')).toEqual({ kim: 58_000, lee: 0 });
  await say(node, 2);
  expect(await kept('kim', 'lee')).toEqual({ kim: 0, lee: 2000 });
  for (let second = 0; second < 300; second++) {
    await say(node);
    for (const age of Object.values(await kept('kim', 'lee'))) expect(age).toBeLessThanOrEqual(60_000);
  }
  node.went('kim');
  now += 500;
  expect(now - (await node.of(['kim'])).get('kim')!).toBe(500); // known here before it is said
  await say(node);
  expect((await kept('kim')).kim).toBe(1500);
  await say(node, 600);
  expect((await kept('kim')).kim).toBe(601_500);
});

it('is of the last node that somebody was on, and forgotten in the end', async () => {
  const [here, there] = [nodeOf(), nodeOf()];
  here.came('kim');
  there.came('kim');
  await say(here);
  here.went('kim');
  await say(here);
  await say(there, 10);
  expect((await kept('kim')).kim).toBe(0);
  here.came('lee');
  await say(here, (91 * day) / 1000);
  expect((await here.of(['kim', 'lee', 'none'])).size).toBe(1);
});

it('waits while the shelf is away, and is said at the end', async () => {
  const node = nodeOf();
  node.came('kim');
  const { saw } = shelf;
  shelf.saw = async () => {
    throw new Error('away');
  };
  node.went('kim');
  await say(node);
  expect(failures).toHaveLength(1);
  expect(now - (await node.of(['kim'])).get('kim')!).toBe(1000);
  shelf.saw = saw;
  await node.stop();
  expect((await kept('kim')).kim).toBe(1000);
});
