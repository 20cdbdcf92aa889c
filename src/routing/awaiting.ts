// Results that come now or later: what can be awaited, and waiting for several.
import type { Soon } from '../channel/channel.ts';

/** Promises of other makers, such as the queries of database libraries, are none of our `Promise`. */
export function canBeAwaited(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** Done when all are; at once when all were done at once. */
export function together(all: readonly Soon<void>[]): Soon<void> {
  const waiting = all.filter((one) => one instanceof Promise);
  if (waiting.length > 0) return Promise.all(waiting).then(() => {});
}
