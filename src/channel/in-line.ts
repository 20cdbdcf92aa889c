// Publications that the relay has in line: what is published later stands behind them, so nobody need wait to keep order.

const inLine = new WeakSet<Promise<unknown>>();

/** Says of a promise that it only tells how something ended whose order is settled already. */
export function markInLine<T>(ending: Promise<T>): Promise<T> {
  inLine.add(ending);
  return ending;
}

/** Whether it does: who waits for this alone may go on, and be told how it ended. */
export function isInLine(ending: Promise<unknown>): boolean {
  return inLine.has(ending);
}
