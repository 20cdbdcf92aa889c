// The command mount where it may be used, for the tests that need a disk small enough to be full.
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate, type Machine, run } from './machine.ts';
import type { Found, Program } from './program.ts';

export const mount: Program = {
  name: 'mount',
  variable: 'MOUNT_PATH',
  ways: [permitted],
  mend: 'run the tests as root, on a system where root may mount a tmpfs',
};

/** Found is what has mounted something: containers often have the command, and forbid what it does. */
async function permitted(machine: Machine): Promise<Found | string> {
  const [address, umount] = [locate(machine, 'mount'), locate(machine, 'umount')];
  if (address === undefined || umount === undefined) return 'not on the PATH: mount, umount';
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    await run(machine, address, '-t', 'tmpfs', '-o', 'size=65536', 'tmpfs', folder);
    await run(machine, umount, folder);
    return { address };
  } catch (error) {
    return `a tmpfs cannot be mounted: ${String(error).trim().split('\n').at(-1)}`;
  } finally {
    rmdirSync(folder);
  }
}
