// Everyone may come in under the name they give, or as a guest with a name made here.
import { randomBytes } from 'node:crypto';
import { StompwireError } from '../errors.ts';
import type { Authenticator, Credentials, User } from './authenticator.ts';

const longestName = 64;

/**
 * Lets everybody in. The name is the CONNECT's `login`, or `guest-` and six random characters.
 *
 * @param randomName - makes a guest's name; a test may give its own
 */
export function anonymous(randomName: () => string = guestName): Authenticator {
  return {
    proves: false,
    authenticate: ({ login }: Credentials): User => ({
      name: checked(login?.trim() || randomName()),
      authenticated: false,
    }),
  };
}

function guestName(): string {
  return `guest-${randomBytes(4).toString('base64url').slice(0, 6)}`;
}

/** An identity is shown to others and written to logs: no control characters, no endless names. */
function checked(name: string): string {
  if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(name)) {
    throw new StompwireError('authentication-failed', 'the login holds a control character');
  }
  if (name.length > longestName) {
    throw new StompwireError(
      'authentication-failed',
      `the login has ${name.length} characters; ${longestName} are allowed`,
    );
  }
  return name;
}
