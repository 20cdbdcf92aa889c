// The young generation stays as it is when much survives in it, unless the operator has said how large it may be.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src/cli/young-generation.ts', import.meta.url));

/** Megabytes of the young generation of a process that keeps all it makes. */
function grownTo(call: string, flags: readonly string[] = []): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { keepYoungGeneration } from ${JSON.stringify(source)};
    ${call}
    globalThis.kept = [];
    for (let i = 0; i < 2_000_000; i++) kept.push({ i, next: [i] });
    const space = getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
    console.log(space.space_size / 1024 / 1024);`;
  const said = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return Number(said);
}

describe('the young generation', () => {
  it('grows with what lives long, as V8 has it', () => expect(grownTo('')).toBeGreaterThan(30));

  it('stays as it is once it is told to', () =>
    expect(grownTo('await keepYoungGeneration();')).toBeLessThan(20));

  it('is what the operator says', () =>
    expect(grownTo('await keepYoungGeneration();', ['--semi-space-growth-factor=2'])).toBeGreaterThan(30));
});
