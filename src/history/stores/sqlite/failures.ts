// What SQLite's errors mean for whoever asked the history, as plain data that can cross threads.
import { type ErrorCode, StompwireError } from '../../../errors.ts';

/** An error on its way to another thread. */
export interface Failure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

/** How an operator goes on when a file is damaged. */
export const damaged = (file: string, what: string): StompwireError =>
  new StompwireError(
    'history-damaged',
    `${file} is damaged: ${what}. Put a backup in its place, or save what can be read with ` +
      `\`sqlite3 ${file} .recover | sqlite3 saved.sqlite\`, or move it and the files beside it ` +
      `(-wal, -shm) away to begin with an empty history`,
  );

export function failureOf(error: unknown, file: string): Failure {
  const known =
    error instanceof StompwireError ? error : translated(error as Error & { code?: string }, file);
  const { message, stack } = known;
  return { code: known instanceof StompwireError ? known.code : undefined, message, stack };
}

function translated(error: Error & { code?: string }, file: string): Error {
  const { code = '', message } = error;
  if (/^Cannot open database/.test(message))
    return new StompwireError('history-unavailable', `${file}: ${message}`, { cause: error });
  if (!code.startsWith('SQLITE_')) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(file, message);
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE')
    return new StompwireError('history-full', `no room on the disk for ${file}`, { cause: error });
  return new StompwireError('history-unavailable', `${file}: ${message} (${code})`, { cause: error });
}

export function errorOf({ code, message, stack }: Failure): Error {
  const cause = Object.assign(new Error(message), stack === undefined ? {} : { stack });
  return code === undefined ? cause : new StompwireError(code, message, { cause });
}
