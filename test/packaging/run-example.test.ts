// The runner of examples, shown ones that go wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExampleKind } from './example-blocks.ts';
import { type Ran, runExample } from './run-example.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stompwire-example-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(code: string, kind: ExampleKind = 'run'): Promise<Ran> {
  writeFileSync(join(folder, 'example.mts'), code);
  return runExample('example.mts', folder, kind);
}

describe('running an example', () => {
  it('tells a failed assertion', async () => {
    const ran = await run("import assert from 'node:assert';\nassert.equal(1, 2);");
    expect(ran).toMatchObject({ code: 1, complaints: expect.stringContaining('AssertionError') });
  });

  it('tells a warning', async () => {
    expect((await run("process.emitWarning('old');")).complaints).toContain('old');
  });

  it('stops one that serves once it printed something', async () => {
    const serving = "setInterval(() => {}, 1000);\nconsole.log('ready');";
    expect(await run(serving, 'serves')).toEqual({ code: 'SIGTERM', printed: 'ready\n', complaints: '' });
  });

  it('tells that one that should serve ended by itself without a word', async () => {
    expect(await run('let a: number = 1;', 'serves')).toEqual({ code: 0, printed: '', complaints: '' });
  });
});
