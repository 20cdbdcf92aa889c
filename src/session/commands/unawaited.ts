// SENDs whose order is settled while the relay still has them under way: the next frame need not wait for that.
import type { Processed } from '../receipts.ts';

/** So many may be under way of one session; its next frame waits then. */
const most = 64;

const underWay = new WeakMap<object, Set<Promise<void>>>();

/**
 * Lets the session go on. The SEND's RECEIPT waits, and later ones behind it; a refusal is told when it comes.
 *
 * @param waiting - what the session waits for when it has too many under way
 */
export function unawaited<T extends Promise<void> | Promise<Processed>>(
  session: object,
  done: Promise<void>,
  waiting: T,
): T | Processed {
  let all = underWay.get(session);
  if (all === undefined) underWay.set(session, (all = new Set()));
  if (all.size >= most) return waiting;
  const after = done.finally(() => all.delete(after));
  all.add(after);
  return { after, heldUp: true };
}

/** Done when what a session has under way now has ended, refused or not; none: nothing is. */
export function settled(session: object): Promise<void> | undefined {
  const all = underWay.get(session);
  return all === undefined || all.size === 0 ? undefined : Promise.allSettled(all).then(() => {});
}
