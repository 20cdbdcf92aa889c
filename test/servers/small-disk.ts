// A file system of a few megabytes, for histories that fill it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'stompwire-disk-'));
  readonly #filler = join(this.folder, 'filler');

  /** @param mount - the command, as `requires('mount')` gives it */
  constructor(mount: string, bytes: number) {
    execFileSync(mount, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.folder]);
  }

  /** A file of so many bytes takes room away. */
  fill(bytes: number): void {
    writeFileSync(this.#filler, Buffer.alloc(bytes));
  }

  /** Takes all the room that is left, also what somebody takes or gives meanwhile. */
  fillUp(): void {
    const piece = Buffer.alloc(4096);
    try {
      for (;;) appendFileSync(this.#filler, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Gives the room back that was taken. */
  free(): void {
    rmSync(this.#filler);
  }

  remove(): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
