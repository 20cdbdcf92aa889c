// A small file that is read again once it has changed; while the change cannot be used, what was good stays.
import { type FileHandle, open } from 'node:fs/promises';
import { StompwireError } from '../errors.ts';
import type { AuthLog } from './refusal.ts';

const mostBytes = 16 * 1024 * 1024;
/** How often the file is looked at, at most, in ms. No timer: who asks looks. */
const lookEvery = 1000;

/** What a file is for, and how to read it. */
export interface ReloadedFileParts<T> {
  readonly path: string;
  /** The option that names the file, for errors: `usersFile (--users-file)`. */
  readonly option: string;
  /** Reads the text; what it throws tells what is wrong, without quoting the file. */
  readonly parse: (text: string) => T;
  readonly log: AuthLog;
  /** A clock in ms. */
  readonly clock: () => number;
}

/** The content of a file as of a second ago or less. */
export class ReloadedFile<T> {
  readonly #parts: ReloadedFileParts<T>;
  #content: { readonly value: T } | undefined;
  #fingerprint = '';
  #lookedAt = 0;
  #looking: Promise<void> | undefined;

  constructor(parts: ReloadedFileParts<T>) {
    this.#parts = parts;
  }

  /** Reads it for the first time. @throws {StompwireError} `bad-configuration` when it cannot be used */
  async start(): Promise<void> {
    const fault = await this.#look();
    if (fault === undefined) return;
    throw new StompwireError('bad-configuration', `${this.#parts.option}: ${this.#parts.path} ${fault}`);
  }

  /** What it holds, or held when it was last good. */
  async current(): Promise<T> {
    // a clock that was set back counts as well
    if (Math.abs(this.#parts.clock() - this.#lookedAt) >= lookEvery) {
      this.#looking ??= this.#lookAgain().finally(() => {
        this.#looking = undefined;
      });
    }
    if (this.#looking !== undefined) await this.#looking;
    if (this.#content === undefined)
      throw new Error(`${this.#parts.path} was not read yet: start() comes first`);
    return this.#content.value;
  }

  async #lookAgain(): Promise<void> {
    const fault = await this.#look();
    const { path, log } = this.#parts;
    if (fault !== undefined) log.warn({ path, fault }, 'a changed file cannot be used; the old one holds');
  }

  /** @returns what is wrong with a file that has changed; a fault is told once per change */
  async #look(): Promise<string | undefined> {
    this.#lookedAt = this.#parts.clock();
    let file: FileHandle | undefined;
    try {
      file = await open(this.#parts.path, 'r');
      return await this.#read(file);
    } catch (error) {
      const fault = unreadable(error);
      return this.#isNew(fault) ? fault : undefined;
    } finally {
      await file?.close();
    }
  }

  async #read(file: FileHandle): Promise<string | undefined> {
    const { dev, ino, size, mtimeMs, ctimeMs } = await file.stat();
    if (!this.#isNew([dev, ino, size, mtimeMs, ctimeMs].join(' '))) return undefined;
    if (size > mostBytes) return `has ${size} bytes; ${mostBytes} are allowed`;
    const text = await file.readFile('utf8');
    try {
      this.#content = { value: this.#parts.parse(text.replace(/^\uFEFF/, '')) };
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #isNew(fingerprint: string): boolean {
    const isNew = fingerprint !== this.#fingerprint;
    this.#fingerprint = fingerprint;
    return isNew;
  }
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
}
