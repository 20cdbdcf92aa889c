// The ways to come by a program: named in the environment, on the PATH, from Debian's packages.
import { locate, type Machine, run } from './machine.ts';
import type { Way } from './program.ts';

/** Taken as it stands: whoever sets the variable is not second-guessed. */
export const namedBy = (variable: string): Way => {
  return async ({ env }) => {
    const address = env[variable];
    return address ? { address } : `${variable} is not set`;
  };
};

export const onPath = (...commands: string[]): Way => {
  return async (machine) => {
    const address = firstOf(machine, commands);
    return address ? { address } : `not on the PATH: ${commands.join(', ')}`;
  };
};

export const fromDebian = (packages: readonly string[], command: string): Way => {
  return async (machine) => {
    const aptGet = locate(machine, 'apt-get');
    if (!aptGet || !machine.root) return aptGet ? 'not root, so apt-get is not tried' : 'there is no apt-get';
    try {
      await install(machine, aptGet, packages);
    } catch (error) {
      return `apt-get failed: ${lastLines(error)}`;
    }
    return onPath(command)(machine);
  };
};

const firstOf = (machine: Machine, commands: readonly string[]): string | undefined =>
  commands.map((command) => locate(machine, command)).find((path) => path !== undefined);

/** One update per test run: the lists do not age while it lasts, and a mirror is not to be pestered. */
const updated = new WeakMap<Machine, Promise<void>>();

async function install(machine: Machine, aptGet: string, packages: readonly string[]): Promise<void> {
  if (!updated.has(machine)) updated.set(machine, run(machine, aptGet, '-qq', 'update'));
  await updated.get(machine);
  await run(machine, aptGet, '-qq', 'install', '-y', '--no-install-recommends', ...packages);
}

const lastLines = (error: unknown): string => String(error).trim().split('\n').slice(-3).join(' | ');
