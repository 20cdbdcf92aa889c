// Users out of a JSON file: names, hashed passwords and roles; a change of the file counts at once.
import { createHmac, randomBytes } from 'node:crypto';
import type { Authenticator, Credentials, User } from './authenticator.ts';
import { isPassword } from './password-hash.ts';
import { type AuthLog, refusal } from './refusal.ts';
import { ReloadedFile } from './reloaded-file.ts';
import { parseUsers, type UserEntry, type Users } from './users-text.ts';
import { WorkLine } from './work-line.ts';

/** Where the users are, and how much checking their passwords may cost. */
export interface UsersFileOptions {
  readonly usersFile: string;
  readonly passwordChecks: number;
  readonly passwordChecksWaiting: number;
}

/**
 * Takes `login` and `passcode` of the CONNECT frame. An unknown user costs the time of a known one:
 * the passcode is checked against an entry of somebody else, and refused whatever comes out.
 *
 * @param clock - milliseconds, for when to look at the file again
 */
export function usersFile(options: UsersFileOptions, log: AuthLog, clock: () => number): Authenticator {
  const option = 'usersFile (--users-file)';
  const file = new ReloadedFile({ path: options.usersFile, option, parse: parseUsers, log, clock });
  const line = new WorkLine(options.passwordChecks, options.passwordChecksWaiting);
  const standIn = standIns(randomBytes(32));
  return {
    proves: true,
    start: () => file.start(),
    authenticate: async ({ login, passcode }: Credentials): Promise<User> => {
      if (!login || !passcode) throw refusal('no login, or no passcode');
      const users = await file.current();
      const known = users.byName.get(login);
      const { hash } = known ?? standIn(users, login);
      const right = await line.run(() => isPassword(passcode, hash));
      if (known === undefined) throw refusal('unknown user');
      if (!right) throw refusal(`wrong passcode for ${known.name}`);
      return { name: known.name, authenticated: true, roles: known.roles };
    },
  };
}

/** Always the same entry for the same unknown name: costs that change from try to try would tell it apart. */
function standIns(key: Buffer): (users: Users, name: string) => UserEntry {
  return ({ entries }, name) => {
    const number = createHmac('sha256', key).update(name).digest().readUInt32BE();
    return entries[number % entries.length]!;
  };
}
