// Everyone may come in under the name they give, or as a guest with a name made here.
import { randomBytes } from 'node:crypto';
import { StompwireError } from '../errors.ts';
import type { Authenticator, Credentials, User } from './authenticator.ts';
import { detached, nameFault } from './identity.ts';

const longestName = 64;
const noRoles: readonly string[] = Object.freeze([]);

/**
 * Lets everybody in. The name is the CONNECT's `login`, or `guest-` and six random characters.
 *
 * @param randomName - makes a guest's name; a test may give its own
 *
 * @example
 * ```ts
 * import { anonymous, createServer } from 'stompwire';
 *
 * const authenticator = anonymous(() => `visitor-${Date.now()}`);
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' }, { authenticator });
 * await server.start();
 * await server.close();
 * ```
 */
export function anonymous(randomName: () => string = guestName): Authenticator {
  return {
    proves: false,
    authenticate: ({ login }: Credentials): User => ({
      name: checked(login?.trim() || randomName()),
      authenticated: false,
      roles: noRoles,
    }),
  };
}

function guestName(): string {
  return `guest-${randomBytes(4).toString('base64url').slice(0, 6)}`;
}

/** Nothing is proven here, so that the reason helps nobody to guess. */
function checked(name: string): string {
  const fault = nameFault(name, longestName);
  if (fault !== undefined) throw new StompwireError('authentication-failed', `the login ${fault}`);
  return detached(name);
}
