// An authenticator for tests: whoever shows a passcode is proven to be the login, everybody else only says so.
import type { Authenticator } from '../../src/auth/authenticator.ts';

/** @param rolesOf - the roles of a proven user */
export function proven(rolesOf: (name: string) => readonly string[] = () => []): Authenticator {
  let guests = 0;
  return {
    proves: true,
    authenticate: ({ login, passcode }) => ({
      name: login ?? `guest-${guests++}`,
      authenticated: passcode !== undefined,
      roles: passcode === undefined ? [] : rolesOf(login!),
    }),
  };
}

/** The headers with which a session proves to be somebody. */
export const as = (login: string): Record<string, string> => ({ login, passcode: 'secret' });
