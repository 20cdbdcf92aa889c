// Opens a file of ours: locked for this process, checked when the last one did not end well.
import Database from 'better-sqlite3';
import { StompwireError } from '../errors.ts';
import { damaged, type FileKind } from './file-kind.ts';
import { markOf, migrate, setMark } from './schema.ts';

/** The connection that writes, and the lock that it holds. */
export interface Writable {
  readonly db: Database.Database;
  close(): void;
}

/** @throws {StompwireError} another process has it, or it is damaged; see the kind's codes */
export function openToWrite(file: string, kind: FileKind): Writable {
  const lock = lockFor(file, kind);
  try {
    const db = new Database(file);
    try {
      prepare(db, file, kind);
    } catch (error) {
      db.close();
      throw error;
    }
    return { db, close: () => closeCleanly(db, lock) };
  } catch (error) {
    lock.close();
    throw error;
  }
}

export const openToRead = (file: string): Database.Database => {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  db.pragma('cache_size = -65536');
  return db;
};

/** A file of its own, locked by the operating system: it is free again however this process ends. */
function lockFor(file: string, { codes }: FileKind): Database.Database {
  const lock = new Database(`${file}-lock`, { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new StompwireError(codes.unavailable, `${file} is in use by another service`, { cause: error });
  }
}

function prepare(db: Database.Database, file: string, kind: FileKind): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = FAST');
  db.pragma('cache_size = -65536');
  db.pragma(`journal_size_limit = ${64 << 20}`);
  migrate(db, kind);
  if (markOf(db, 'open') === 1) check(db, file, kind);
  setMark(db, 'open', 1);
  // into the main file: a write-ahead log that is lost or torn does not take this mark with it
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** All pages, but not each row against each index: what a broken disk leaves behind, in a tenth of the time. */
function check(db: Database.Database, file: string, kind: FileKind): void {
  const found = db.pragma('quick_check(3)') as { quick_check: string }[];
  const problems = found.map(({ quick_check: problem }) => problem).filter((problem) => problem !== 'ok');
  if (problems.length > 0) throw damaged(kind, file, problems.join('; '));
}

function closeCleanly(db: Database.Database, lock: Database.Database): void {
  try {
    setMark(db, 'open', 0);
  } catch {
    // then the next one checks
  }
  db.close();
  lock.close();
}
