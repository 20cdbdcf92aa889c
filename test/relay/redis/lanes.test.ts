// What goes to the primary of a partition, lane by lane.
import type { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { commitScript } from '../../../src/relay/redis/commit-script.ts';
import { Keys } from '../../../src/relay/redis/keys.ts';
import type { Lane } from '../../../src/relay/redis/lane.ts';
import { Lanes } from '../../../src/relay/redis/lanes.ts';
import { type Script, script } from '../../../src/relay/redis/scripts.ts';
import { appendScript, publishScript } from '../../../src/relay/redis/send-scripts.ts';

/** What a primary was sent. */
interface Call {
  readonly called: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | Buffer)[];
  answer(): void;
}

/** The lanes of partition 1, with a primary that answers when it is told to. */
function lanesOf(history = true): { lanes: Lanes; calls: Call[]; push(lane: Lane): Promise<unknown> } {
  const calls: Call[] = [];
  const lanes = new Lanes(1, {
    keys: new Keys({ prefix: 'p', partitions: 2 }),
    history,
    feedBound: 9,
    ahead: () => 5,
    queueBounds: 'bounds',
    holder: 'node',
    channel: (name) => `3:${name}`,
    run: (called, keys, args) =>
      new Promise((resolve) => {
        calls.push({ called, keys, args, answer: () => resolve(['answer']) });
      }),
    misled: () => {},
    freed: () => {},
  });
  const push = (lane: Lane): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lane.push({ keys: ['own key'], args: ['own'], bytes: 1, deadline: 100, resolve, reject });
    });
  return { lanes, calls, push };
}

const shared = ['{p:1}:feed', '{p:1}:stored', '3:{p:1}:all'];

describe('the lanes of a partition', () => {
  it('call a script each, with what is the same for all messages before what is one message’s', () => {
    const { lanes, calls, push } = lanesOf();
    for (const lane of [lanes.commits, lanes.plain, lanes.log]) void push(lane);
    lanes.flush();
    expect(calls.map(({ called }) => called)).toEqual([appendScript, publishScript, commitScript]);
    expect(calls.map(({ args }) => args)).toEqual([
      ['5', '9', 'bounds', 'own'],
      ['5', 'bounds', 'own'],
      ['5', '9', 'bounds', 'node', 'own'],
    ]);
    const [log, plain, commits] = calls.map(({ keys }) => keys);
    expect(log).toEqual([...shared, expect.any(String), expect.any(String), 'own key']);
    expect(plain).toEqual(log!.slice(2));
    expect(commits).toEqual(log);
  });

  it('keep no feed without a history', () => {
    const { lanes, calls, push } = lanesOf(false);
    void push(lanes.log);
    lanes.flush();
    expect(calls[0]!.args).toEqual(['5', '0', 'bounds', 'own']);
  });

  it('are settled when the last of them is, one that was opened later included', async () => {
    const { lanes, calls, push } = lanesOf();
    const own = script('return 1');
    const lane = lanes.open(own, () => ({ keys: [], args: ['head'] }));
    void push(lanes.log);
    const answered = push(lane);
    lanes.flush();
    let settled = false;
    const all = lanes.settled().then(() => {
      settled = true;
    });
    expect(calls[1]).toMatchObject({ called: own, keys: ['own key'], args: ['head', 'own'] });
    calls[0]!.answer();
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    calls[1]!.answer();
    await all;
    expect(await answered).toBe('answer');
  });

  it('refuse what is late, and at the end what waits', async () => {
    const { lanes, push } = lanesOf();
    const late = push(lanes.plain);
    lanes.sweep(99);
    const inTime = Promise.race([late, Promise.resolve('waits')]);
    expect(await inTime).toBe('waits');
    lanes.sweep(100);
    await expect(late).rejects.toMatchObject({ code: 'relay-unavailable' });
    const waits = [lanes.log, lanes.commits].map(push);
    for (const refused of waits) refused.catch(() => {});
    await lanes.close();
    for (const refused of waits) await expect(refused).rejects.toMatchObject({ code: 'relay-unavailable' });
  });
});
