// SENDs whose order is settled while the relay still has them under way: the next frame need not wait for that.
import type { Soon } from '../../channel/channel.ts';
import type { Processed } from '../receipts.ts';

/** So many may be under way of one session; its next frame waits then. */
const most = 64;

const underWay = new WeakMap<object, Set<Promise<void>>>();

/** Lets the session go on. The SEND's RECEIPT waits, and later ones behind it; a refusal is told when it comes. */
export function unawaited(session: object, done: Promise<void>): Soon<void> | Processed {
  let all = underWay.get(session);
  if (all === undefined) underWay.set(session, (all = new Set()));
  if (all.size >= most) return done;
  const after = done.finally(() => all.delete(after));
  all.add(after);
  return { after, heldUp: true };
}

/** Done when what a session has under way now has ended, refused or not; none: nothing is. */
export function settled(session: object): Promise<void> | undefined {
  const all = underWay.get(session);
  return all === undefined || all.size === 0 ? undefined : Promise.allSettled(all).then(() => {});
}
