// The timing wheel on a clock that the test turns: nobody is woken early, late, twice or after cancelling.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimingWheel, tickMs, type WheelEntry } from '../../src/time/wheel.ts';

/** A wheel, its clock, and sleepers that write down when they are woken. */
class World {
  now: number;
  readonly wheel: TimingWheel;
  readonly woken: [string, number][] = [];

  constructor(start = 0) {
    this.now = start;
    this.wheel = new TimingWheel(() => this.now);
  }

  sleeper(name = 'x', onWake: (entry: WheelEntry, now: number) => void = () => {}): WheelEntry {
    const woken = this.woken;
    return {
      due: 0,
      earlier: undefined,
      later: undefined,
      wake(now) {
        woken.push([name, now]);
        onWake(this, now);
      },
    };
  }

  /** Turns the clock in steps of a tick, as the timer would. */
  goTo(time: number, step = tickMs): void {
    while (this.now < time) {
      this.now = Math.min(this.now + step, time);
      this.wheel.advance();
    }
  }
}

const turn = 512 * tickMs;

describe('the wheel', () => {
  it.each([0, 1, tickMs - 1, tickMs, tickMs + 1, 999, turn - 1, turn, turn + 1, 3 * turn + 7])(
    'wakes once, after %i ms and within a tick',
    (wait) => {
      const world = new World(12_345.6);
      const due = world.now + wait;
      world.wheel.schedule(world.sleeper(), due);
      world.goTo(due + 2 * turn);
      expect(world.woken).toHaveLength(1);
      const late = world.woken[0]![1] - due;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(2 * tickMs);
      expect(world.wheel.size).toBe(0);
    },
  );

  it('wakes at the next tick what is long overdue', () => {
    const world = new World(1000);
    world.wheel.schedule(world.sleeper(), 3);
    world.goTo(1020);
    expect(world.woken).toEqual([['x', 1020]]);
  });

  it('moves an entry that is scheduled again, to a later time or an earlier one', () => {
    const world = new World();
    const entry = world.sleeper();
    world.wheel.schedule(entry, 100);
    world.wheel.schedule(entry, 5000);
    expect(world.wheel.size).toBe(1);
    world.goTo(1000);
    expect(world.woken).toEqual([]);
    world.wheel.schedule(entry, 1100);
    world.goTo(6000);
    expect(world.woken).toEqual([['x', 1100]]);
  });

  it('forgets what is cancelled, and cancels harmlessly what is not there', () => {
    const world = new World();
    const entry = world.sleeper();
    world.wheel.cancel(entry);
    world.wheel.schedule(entry, 100);
    world.wheel.cancel(entry);
    world.wheel.cancel(entry);
    world.goTo(1000);
    expect(world.woken).toEqual([]);
    expect(world.wheel.size).toBe(0);
  });

  it('lets who is woken schedule itself again, at once and for ever', () => {
    const world = new World();
    world.wheel.schedule(
      world.sleeper('x', (entry, now) => world.wheel.schedule(entry, now)),
      0,
    );
    world.goTo(5 * tickMs);
    expect(world.woken.map(([, at]) => at)).toEqual([20, 40, 60, 80, 100]);
  });

  it('lets who is woken cancel, move and add others of the same tick', () => {
    const world = new World();
    const { wheel } = world;
    const [cancelled, moved, added] = [
      world.sleeper('cancelled'),
      world.sleeper('moved'),
      world.sleeper('added'),
    ];
    const first = world.sleeper('first', () => {
      wheel.cancel(cancelled);
      wheel.schedule(moved, 500);
      wheel.schedule(added, 100);
    });
    const last = world.sleeper('last');
    for (const entry of [first, cancelled, moved, last]) wheel.schedule(entry, 100);
    world.goTo(1000);
    expect(world.woken).toEqual([
      ['first', 100],
      ['last', 100],
      ['added', 120],
      ['moved', 500],
    ]);
    expect(wheel.size).toBe(0);
  });

  it('wakes all that fell due in a long pause, once, and leaves what did not', () => {
    const world = new World();
    for (const due of [50, 700, turn - 1, turn + 50, 5 * turn, 9 * turn])
      world.wheel.schedule(world.sleeper(String(due)), due);
    world.goTo(6 * turn, 6 * turn);
    expect(new Set(world.woken.map(([name]) => Number(name)))).toEqual(
      new Set([50, 700, turn - 1, turn + 50, 5 * turn]),
    );
    expect(world.wheel.size).toBe(1);
    world.goTo(9 * turn + 40);
    expect(world.woken.at(-1)![0]).toBe(String(9 * turn));
  });

  it('behaves as a list of alarms does, whatever is scheduled and cancelled, however the clock jumps', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('schedule' as const), who: fc.nat(9), wait: fc.nat(2 * turn) }),
      fc.record({ do: fc.constant('cancel' as const), who: fc.nat(9), wait: fc.constant(0) }),
      fc.record({ do: fc.constant('pass' as const), who: fc.constant(0), wait: fc.nat(turn + 100) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World(7.5);
        const sleepers = Array.from({ length: 10 }, (_, who) => world.sleeper(String(who)));
        const alarms = new Map<string, number>();
        for (const { do: what, who, wait } of steps) {
          if (what === 'schedule') {
            world.wheel.schedule(sleepers[who]!, world.now + wait);
            alarms.set(String(who), world.now + wait);
          } else if (what === 'cancel') {
            world.wheel.cancel(sleepers[who]!);
            alarms.delete(String(who));
          } else {
            world.woken.length = 0;
            world.goTo(world.now + wait, Math.max(wait, 1));
            for (const [name, at] of world.woken) {
              expect(alarms.get(name)).toBeLessThanOrEqual(at);
              alarms.delete(name);
            }
            for (const due of alarms.values()) expect(due).toBeGreaterThan(world.now - 2 * tickMs);
          }
          expect(world.wheel.size).toBe(alarms.size);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('turns by itself once it is started, keeps no process alive, and stops when it is closed', async () => {
    const wheel = new TimingWheel();
    wheel.start();
    wheel.start();
    await new Promise<void>((wake) => {
      wheel.schedule({ due: 0, earlier: undefined, later: undefined, wake: () => wake() }, wheel.now);
    });
    wheel.close();
    wheel.close();
    expect(wheel.size).toBe(0);
  });
});
