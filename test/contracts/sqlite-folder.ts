// Folders for tests of the embedded history: its file, images of it as a crash leaves them, and what is in them.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import type { LogRecord } from '../../src/message/record.ts';

const folders: string[] = [];
const open: SqliteStore[] = [];

/** The path of a history that is not there yet. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-history-'));
  folders.push(folder);
  return join(folder, 'history.sqlite');
}

export async function opened(file: string, now?: () => number): Promise<SqliteStore> {
  const store = new SqliteStore({ file, ...(now && { now }) });
  await store.open();
  open.push(store);
  return store;
}

/** What the disk holds while nothing is written, as after a loss of power. */
export function imageOf(file: string): string {
  const image = newFile();
  for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, image + end);
  return image;
}

export async function recordsIn(store: SqliteStore): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for await (const record of store.upkeep.all()) found.push(record);
  return found;
}

export async function cleanUp(): Promise<void> {
  for (const store of open.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Numbers that look random and are the same in each run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
