// Publications that the relay has in line: what is published later stands behind them, so nobody need wait to keep order.

/** On the promise itself: a weak set of so many short lives is what the garbage collector would pay for. */
const inLine = Symbol('in line');

interface Ending extends Promise<unknown> {
  [inLine]?: true;
}

/** Says of a promise that it only tells how something ended whose order is settled already. */
export function markInLine<T>(ending: Promise<T>): Promise<T> {
  (ending as Ending)[inLine] = true;
  return ending;
}

/** Whether it does: who waits for this alone may go on, and be told how it ended. */
export function isInLine(ending: Promise<unknown>): boolean {
  return (ending as Ending)[inLine] === true;
}
