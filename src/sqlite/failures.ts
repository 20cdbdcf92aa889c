// What SQLite's errors mean for whoever asked, as plain data that can cross threads.
import { type ErrorCode, StompwireError } from '../errors.ts';
import { damaged, type FileKind } from './file-kind.ts';

/** An error on its way to another thread. */
export interface Failure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

/** An error of a thread, as it is to be told. */
export function failureOf(error: unknown, kind: FileKind, file: string): Failure {
  const known =
    error instanceof StompwireError ? error : translated(error as Error & { code?: string }, kind, file);
  const { message, stack } = known;
  return { code: known instanceof StompwireError ? known.code : undefined, message, stack };
}

function translated(error: Error & { code?: string }, kind: FileKind, file: string): Error {
  const { code = '', message } = error;
  const { codes } = kind;
  if (/^Cannot open database/.test(message))
    return new StompwireError(codes.unavailable, `${file}: ${message}`, { cause: error });
  if (!code.startsWith('SQLITE_')) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(kind, file, message);
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE')
    return new StompwireError(codes.full, `no room on the disk for ${file}`, { cause: error });
  return new StompwireError(codes.unavailable, `${file}: ${message} (${code})`, { cause: error });
}

/** The error that a failure stands for. */
export function errorOf({ code, message, stack }: Failure): Error {
  const cause = Object.assign(new Error(message), stack === undefined ? {} : { stack });
  return code === undefined ? cause : new StompwireError(code, message, { cause });
}
