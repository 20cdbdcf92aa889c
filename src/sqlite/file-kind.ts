// What tells one kind of file of ours from another: its mark, its tables, and what its errors are called.
import { type ErrorCode, StompwireError } from '../errors.ts';

/** A kind of file. */
export interface FileKind {
  /** What it is called where something is wrong with it: `history`. */
  readonly name: string;
  /** Marks a file as one of this kind, in four letters. */
  readonly application: number;
  /**
   * Each brings a file from the version before to its own; the first is for an empty file. What is here is never
   * changed: files of it exist.
   */
  readonly migrations: readonly string[];
  readonly codes: {
    readonly unavailable: ErrorCode;
    readonly damaged: ErrorCode;
    /** The disk is full. */
    readonly full: ErrorCode;
  };
}

/** How an operator goes on when a file is damaged. */
export function damaged({ name, codes }: FileKind, file: string, what: string): StompwireError {
  return new StompwireError(
    codes.damaged,
    `${file} is damaged: ${what}. Put a backup in its place, or save what can be read with ` +
      `\`sqlite3 ${file} .recover | sqlite3 saved.sqlite\`, or move it and the files beside it ` +
      `(-wal, -shm) away to begin with an empty ${name}`,
  );
}
