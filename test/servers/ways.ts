// The ways to come by a program or a server: named in the environment, on the PATH, in docker, from Debian's packages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate, type Machine, output, run } from './machine.ts';
import { freePort, startProcess } from './process.ts';
import type { Found, Way } from './program.ts';

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

/** @param options - `services: 'kept down'`: what Debian would start right after the installation is not */
export const fromDebian = (
  packages: readonly string[],
  command: string,
  options: { readonly services?: 'kept down' } = {},
): Way => {
  return async (machine) => {
    const aptGet = locate(machine, 'apt-get');
    if (!aptGet || !machine.root) return aptGet ? 'not root, so apt-get is not tried' : 'there is no apt-get';
    try {
      const installing = (): Promise<void> => install(machine, aptGet, packages);
      await (options.services ? keptDown(machine, installing) : installing());
    } catch (error) {
      return `apt-get failed: ${lastLines(error)}`;
    }
    return onPath(command)(machine);
  };
};

/** What a server's program is started with, and how it is known to be up. */
export interface Launch {
  /** @param folder - an empty one, which is removed when the server was stopped */
  readonly args: (port: number, folder: string) => readonly string[];
  /** A line that it prints when it takes connections. */
  readonly ready: RegExp;
  readonly url: (port: number) => string;
}

/** A server whose program is come by in another way, started on a free port of the loopback. */
export const started = (program: Way, launch: Launch): Way => {
  return async (machine) => {
    const found = await program(machine);
    if (typeof found === 'string') return found;
    const folder = mkdtempSync(join(tmpdir(), 'server-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    try {
      return await launched(found.address, launch, folder, remove);
    } catch (error) {
      remove();
      return `it does not start: ${lastLines(error)}`;
    }
  };
};

async function launched(path: string, launch: Launch, folder: string, remove: () => void): Promise<Found> {
  const port = await freePort();
  const running = await startProcess(path, launch.args(port, folder), launch.ready);
  const stop = (): Promise<void> => running.end().then(remove);
  return { address: launch.url(port), stop };
}

/** A server in a container, when an engine answers; the container is removed when it is stopped. */
export const inDocker = (image: string, inner: number, ready: RegExp, url: (port: number) => string): Way => {
  return async (machine) => {
    const docker = locate(machine, 'docker');
    if (!docker) return 'there is no docker';
    const port = await freePort();
    try {
      await output(machine, docker, 'version', '--format', '{{.Server.Version}}');
      const name = `stompwire-test-${port}`;
      const args = ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:${inner}`, image];
      await startProcess(docker, args, ready);
      return { address: url(port), stop: () => run(machine, docker, 'rm', '-f', name) };
    } catch (error) {
      return `docker failed: ${lastLines(error)}`;
    }
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

/** Debian asks this program before it starts a service; 101 is no [invoke-rc.d(8)]. Somebody else's answer stays. */
async function keptDown(
  { policy = '/usr/sbin/policy-rc.d' }: Machine,
  install: () => Promise<void>,
): Promise<void> {
  const ours = written(policy);
  try {
    await install();
  } finally {
    if (ours) rmSync(policy);
  }
}

function written(policy: string): boolean {
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

const lastLines = (error: unknown): string => String(error).trim().split('\n').slice(-3).join(' | ');
