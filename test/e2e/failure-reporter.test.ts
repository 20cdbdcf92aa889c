// What a real run of vitest leaves for the end of the test command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Failure } from '../../scripts/test/failure.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const reporter = fileURLToPath(new URL('../../scripts/test/failure-reporter.ts', import.meta.url));

const failing = `
describe('a thing', () => {
  it('works', () => {});
  it('is equal', () => { expect({ a: 1 }).toEqual({ a: 2 }); });
});
describe('another', () => {
  beforeAll(() => { throw new Error('in a hook'); });
  it('is not reached', () => {});
});
`;

async function failuresOf(tests: Readonly<Record<string, string>>): Promise<Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'failures-'));
  try {
    for (const [name, text] of Object.entries(tests)) writeFileSync(join(folder, name), text);
    const file = join(folder, 'failures');
    const args = [vitest, 'run', '--globals', '--no-cache', '--root', folder, `--reporter=${reporter}`];
    const env = { ...process.env, STOMPWIRE_TEST_FAILURES: file };
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
    await once(child, 'close');
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Failure);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('tells of tests, hooks, files that do not load and errors outside of every test', {
  timeout: 60_000,
}, async () => {
  const outside =
    "it('passes', async () => { setTimeout(() => { throw new Error('too late'); }); await new Promise((done) => setTimeout(done, 5)); });";
  const failures = await failuresOf({
    'failing.test.js': failing,
    'outside.test.js': outside,
    'unloaded.test.js': "import './absent.js';",
  });
  const named = (name: string): Failure | undefined => failures.find((one) => one.name === name);
  expect(failures).toHaveLength(4);
  expect(named('a thing > is equal')).toMatchObject({ file: 'failing.test.js' });
  expect(named('a thing > is equal')?.error).toMatch(
    /^at .*failing\.test\.js:4:\d+\nAssertionError: .*\n[\s\S]*- {3}"a": 2/,
  );
  expect(named('around another')?.error).toContain('in a hook');
  expect(named('the file')).toMatchObject({ file: 'unloaded.test.js' });
  expect(named('outside of every test')?.error).toContain('too late');
});
