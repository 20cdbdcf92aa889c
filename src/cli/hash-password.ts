// The command `hash-password`: makes an entry of a users file, with a password that is never shown.
import { nameFault } from '../auth/identity.ts';
import { hashPassword } from '../auth/password-hash.ts';
import { StompwireError } from '../errors.ts';
import { failureLines } from './failure.ts';
import { type PasswordSource, readPassword } from './password-input.ts';

/** What the command touches outside itself. */
export interface HashingSurroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: PasswordSource;
}

/** [NIST SP 800-63B, 3.1.1.2] */
const shortest = 8;
const longest = 1024;
const interrupted = 130;

/**
 * Writes `{"name", "password", "roles"}` to stdout.
 *
 * @returns the exit code: 0, 1 for a name or password that cannot be used, 130 after Ctrl-C
 */
export async function makeEntry(
  name: string,
  roles: readonly string[],
  around: HashingSurroundings,
): Promise<number> {
  try {
    assertUsable('the name', nameFault(name));
    const password = await readPassword(around.stdin, around.err);
    if (password === undefined) return interrupted;
    assertUsable('the password', passwordFault(password));
    around.out(`${JSON.stringify({ name, password: await hashPassword(password), roles })}\n`);
    return 0;
  } catch (error) {
    for (const line of failureLines(error, undefined)) around.err(`${line}\n`);
    return 1;
  }
}

function passwordFault(password: string): string | undefined {
  const length = [...password].length;
  if (length >= shortest && length <= longest) return undefined;
  return `has ${length} characters; give ${shortest} to ${longest}`;
}

function assertUsable(what: string, fault: string | undefined): void {
  if (fault !== undefined) throw new StompwireError('bad-configuration', `${what} ${fault}`);
}
