// The embedded history as it was built: its threads are found beside it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const built = pathToFileURL(resolve('dist/src/history/stores/sqlite.js')).href;
const program = (file: string): string => `
  import { SqliteStore } from ${JSON.stringify(built)};
  const store = new SqliteStore({ file: ${JSON.stringify(file)} });
  await store.open();
  const record = { destination: '/topic/a', epoch: 1, seq: 1, time: 1, headers: [], body: Buffer.from('안녕하세요') };
  await store.append([record]);
  await store.upkeep.settled();
  const { records } = await store.find({ destination: '/topic/a', limit: 1, text: '녕하' });
  console.log(records[0].body.toString());
  await store.close();`;

it('the built embedded history keeps and finds, and lets its process end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-built-'));
  try {
    const given = ['--input-type=module', '-e', program(join(folder, 'history.sqlite'))];
    const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 30_000 });
    expect(stdout).toBe('안녕하세요\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
