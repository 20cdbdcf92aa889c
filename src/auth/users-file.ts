// Users out of a JSON file: names, hashed passwords and roles; a change of the file counts at once.
import { createHmac, randomBytes } from 'node:crypto';
import type { Authenticator, Credentials, User } from './authenticator.ts';
import { KnownPasswords } from './known-passwords.ts';
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
 * the passcode is checked against an entry of somebody else, and refused whatever comes out. A passcode that was right is
 * not checked anew for some minutes, until the file has changed.
 *
 * @param clock - milliseconds, for when to look at the file again, and to check anew
 */
export function usersFile(options: UsersFileOptions, log: AuthLog, clock: () => number): Authenticator {
  const option = 'usersFile (--users-file)';
  const file = new ReloadedFile({ path: options.usersFile, option, parse: parseUsers, log, clock });
  const line = new WorkLine(options.passwordChecks, options.passwordChecksWaiting);
  const checked = new KnownPasswords(clock);
  const standIn = standIns(randomBytes(32));
  return {
    proves: true,
    start: () => file.start(),
    authenticate: async ({ login, passcode }: Credentials): Promise<User> => {
      if (!login || !passcode) throw refusal('no login, or no passcode');
      const users = await file.current();
      const known = users.byName.get(login);
      if (known !== undefined && checked.has(known, passcode)) return userOf(known);
      const { hash } = known ?? standIn(users, login);
      const right = await line.run(() => isPassword(passcode, hash));
      if (known === undefined) throw refusal('unknown user');
      if (!right) throw refusal(`wrong passcode for ${known.name}`);
      checked.add(known, passcode);
      return userOf(known);
    },
  };
}

const userOf = ({ name, roles }: UserEntry): User => ({ name, authenticated: true, roles });

/** Always the same entry for the same unknown name: costs that change from try to try would tell it apart. */
function standIns(key: Buffer): (users: Users, name: string) => UserEntry {
  return ({ entries }, name) => {
    const number = createHmac('sha256', key).update(name).digest().readUInt32BE();
    return entries[number % entries.length]!;
  };
}
