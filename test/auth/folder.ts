// A folder for a test's files, a clock that the test sets, and a log that it reads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthLog } from '../../src/auth/refusal.ts';

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'stompwire-auth-'));

  file(name: string, text?: string): string {
    const path = join(this.path, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Clock {
  now: number;

  constructor(now = 1_700_000_000_000) {
    this.now = now;
  }

  readonly read = (): number => this.now;
}

/** Keeps everything as one text, so that a test can look for what must not be in it. */
export class Log implements AuthLog {
  lines: string[] = [];

  readonly #keep = (fields: object, text: string): void => {
    this.lines.push(`${text} ${JSON.stringify(fields)}`);
  };
  readonly debug = this.#keep;
  readonly info = this.#keep;
  readonly warn = this.#keep;
}
