// A time limit for work that may never end, on the server's timing wheel.
import type { TimingWheel, WheelEntry } from '../time/wheel.ts';

class TimeLimit implements WheelEntry {
  due = 0;
  earlier: WheelEntry | undefined = undefined;
  later: WheelEntry | undefined = undefined;
  readonly wake: () => void;

  constructor(over: () => void) {
    this.wake = over;
  }
}

/**
 * The work's own result, or the rejection that `tooLate` makes when it takes longer. Work that was given up
 * goes on, unheard.
 *
 * @param ms - 0: no limit
 */
export function withTimeLimit<T>(
  work: Promise<T>,
  ms: number,
  wheel: TimingWheel,
  tooLate: () => unknown,
): Promise<T> {
  if (ms === 0) return work;
  return new Promise((resolve, reject) => {
    const limit = new TimeLimit(() => reject(tooLate()));
    wheel.schedule(limit, wheel.now + ms);
    work.then(resolve, reject).finally(() => wheel.cancel(limit));
  });
}
