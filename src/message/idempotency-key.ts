// The key under which a log knows a message that comes again.
import { createHash } from 'node:crypto';

/** In whose name: a proven user, what a guest is known by, or a program, in a user's name or in its own. */
export type KeyScope = 'user' | 'token' | 'program';

/**
 * Of one length whatever key was given; two senders, or two destinations, never share one, and no program has one of a
 * client.
 *
 * @param sender - within the scope; none: nobody in particular
 */
export function scopedKey(
  scope: KeyScope,
  sender: string | undefined,
  destination: string,
  key: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, sender ?? null, destination, key]))
    .digest('base64url')
    .slice(0, 27);
}
