// The threads of the embedded history when they die: told, started again, nothing lost that was confirmed.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import { recordOf, recordsOf, room, seqsOf } from './history-records.ts';
import { cleanUp, newFile, recordsIn } from './sqlite-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The threads that were started, in their order: the writer, the reader, and what came in their place. */
const threads: Worker[] = [];
const seen = (thread: Worker): void => void threads.push(thread);
const told: string[] = [];
let file: string;
let store: SqliteStore;

beforeEach(async () => {
  threads.length = 0;
  told.length = 0;
  process.on('worker', seen);
  file = newFile();
  store = new SqliteStore({ file, died: ({ message }) => told.push(message) });
  await store.open();
});
afterEach(async () => {
  process.off('worker', seen);
  await store.close();
  await cleanUp();
});

/** It dies as from a fault of its own: nobody asked it to close. */
const kill = (thread: Worker): Promise<number> => thread.terminate();

describe('a thread of the embedded history that dies', () => {
  it('is started again: what was confirmed is there, and what comes is stored', async () => {
    const { epoch } = await store.upkeep.begin();
    await store.append(recordsOf(3, { epoch }));
    await kill(threads[0]!);
    await store.append([recordOf(4, { epoch })]);
    expect(threads).toHaveLength(3);
    expect(seqsOf(await recordsIn(store))).toEqual([1, 2, 3, 4]);
    expect(await store.upkeep.last(room)).toEqual({ epoch, seq: 4 });
    expect(told).toEqual([`the history ${file} is gone: its thread ended`]);
    expect(store.trouble).toBeUndefined();
  });

  it('tells who waited for it that it failed, and that it may be tried again', async () => {
    const asked = store.append(recordsOf(2000)).catch((error: unknown) => error);
    await new Promise(setImmediate);
    await kill(threads[0]!);
    expect(await asked).toMatchObject({ code: 'history-unavailable', rule: { retryable: true } });
    await store.append(recordsOf(2000));
    expect(await recordsIn(store)).toHaveLength(2000);
  });

  it('finds again when it was the one that reads', async () => {
    await store.append(recordsOf(5));
    await kill(threads[1]!);
    expect(seqsOf((await store.find({ destination: room, limit: 9 })).records)).toEqual([5, 4, 3, 2, 1]);
  });

  it('is told as trouble while it cannot be started, and mends when it can', async () => {
    await store.append(recordsOf(5));
    renameSync(file, `${file}.away`);
    writeFileSync(file, 'no database');
    const wal = existsSync(`${file}-wal`);
    if (wal) renameSync(`${file}-wal`, `${file}.away-wal`);
    await kill(threads[1]!);
    await expect(store.find({ destination: room, limit: 9 })).rejects.toMatchObject({
      code: expect.stringMatching(/^history-/),
    });
    expect(store.trouble).toContain(file);
    renameSync(`${file}.away`, file);
    if (wal) renameSync(`${file}.away-wal`, `${file}-wal`);
    await vi.waitFor(() => expect(store.trouble).toBeUndefined(), { timeout: 10_000 });
    expect((await store.find({ destination: room, limit: 9 })).records).toHaveLength(5);
  });
});
