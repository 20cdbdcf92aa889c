// Files that older versions of the embedded history left behind.
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, expect, it, vi } from 'vitest';
import { seqsOf } from './history-records.ts';
import { cleanUp, newFile, opened } from './sqlite-folder.ts';

vi.setConfig({ testTimeout: 30_000 });
afterEach(cleanUp);

const [lobby, emptied, imported] = ['lobby', 'emptied', 'imported'].map((name) => `/topic/chat-room/${name}`);
const epoch = 1_700_000_000_000;

function fileOfVersion(version: number): string {
  const file = newFile();
  const script = new URL(`../history/stores/embedded-history.v${version}.sql`, import.meta.url);
  new Database(file).exec(readFileSync(script, 'utf8')).close();
  return file;
}

it('a file of version 1 is read, its words are found, and it goes on where it ended', async () => {
  const file = fileOfVersion(1);
  const store = await opened(file);
  const { records } = await store.find({ destination: lobby!, limit: 9, order: 'oldest' });
  expect(records).toMatchObject([
    { seq: 1, sender: 'ann', contentType: 'text/plain', headers: ['a', 'b'], key: 'user:ann 1' },
    { seq: 2, sender: undefined, headers: [], key: undefined },
    { seq: 3, sender: 'ben', tombstone: 'redacted' },
  ]);
  expect(seqsOf((await store.find({ destination: lobby!, limit: 9, sender: 'ann' })).records)).toEqual([1]);
  await store.upkeep.settled();
  expect(seqsOf((await store.find({ destination: lobby!, limit: 9, text: '녕하' })).records)).toEqual([1]);
  expect(seqsOf((await store.find({ destination: imported!, limit: 9, text: '안녕' })).records)).toEqual([
    2, 1,
  ]);
  expect(await store.upkeep.last(emptied!)).toEqual({ epoch, seq: 41 });
  expect(await store.upkeep.begin()).toEqual({ epoch, sure: epoch });
  await store.append([
    { ...records[0]!, seq: 4 },
    { ...records[0]!, seq: 5, key: undefined },
  ]);
  expect(await store.upkeep.last(lobby!)).toEqual({ epoch, seq: 5 });
  await store.close();
  const version = new Database(file, { readonly: true }).pragma('user_version', { simple: true });
  expect(version).toBe(2);
});
