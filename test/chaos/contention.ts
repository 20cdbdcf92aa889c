// How much longer this process took for its work than the work itself: what others had of the processors meanwhile.
import { existsSync, readFileSync } from 'node:fs';

const schedule = '/proc/self/schedstat';

/** Nanoseconds that it ran, and that it could have run. */
const figures = (): readonly [number, number] => {
  const [ran = 0, waited = 0] = readFileSync(schedule, 'utf8').split(' ').map(Number);
  return [ran, waited];
};

/**
 * Begins to look; the answer tells the factor since then, 1 for a machine that had time for nobody else.
 * A bound in milliseconds is one of a machine at rest: times this factor it is one of the machine as it is.
 */
export function contention(): () => number {
  if (!existsSync(schedule)) return () => 1;
  const [ran, waited] = figures();
  return () => {
    const [now, idle] = figures();
    return 1 + (idle - waited) / Math.max(1, now - ran);
  };
}
