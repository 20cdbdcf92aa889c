// The young generation stays as it is when much survives in it, unless the operator has said how large it may be.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../dist/src/cli/young-generation.js', import.meta.url));

/** What a process says that calls something first. */
function said(call: string, script: string, flags: readonly string[] = []): number {
  const program = `
    import { GCProfiler, getHeapSpaceStatistics } from 'node:v8';
    import { keepYoungGeneration } from ${JSON.stringify(source)};
    ${call}
    let kept = [];
    ${script}`;
  const text = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return Number(text);
}

/** Megabytes of the young generation of a process that keeps all it makes. */
const grownTo = (call: string, flags?: readonly string[]): number =>
  said(
    call,
    `for (let i = 0; i < 2_000_000; i++) kept.push({ i, next: [i] });
    const space = getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
    console.log(space.space_size / 1024 / 1024);`,
    flags,
  );

/** So that what V8 learns does not hang on when its other threads get their turn. */
const predictable = ['--predictable', '--min-semi-space-size=16', '--max-semi-space-size=16'];

/** How often the young are collected while two million things are made where all was kept before. */
const collections = (call: string, flags: readonly string[] = []): number =>
  said(
    call,
    `const made = (i) => ({ i, at: { i }, next: [i] });
    for (let i = 0; i < 1_000_000; i++) kept.push(made(i));
    kept = [];
    const profiler = new GCProfiler();
    profiler.start();
    for (let i = 0; i < 2_000_000; i++) kept[i % 100] = made(i);
    console.log(profiler.stop().statistics.filter((one) => one.gcType === 'Scavenge').length);`,
    [...predictable, ...flags],
  );

describe('the young generation', () => {
  it('grows with what lives long, as V8 has it', () => expect(grownTo('')).toBeGreaterThan(30));

  it('stays as it is once it is told to', () =>
    expect(grownTo('await keepYoungGeneration();')).toBeLessThan(20));

  it('is what the operator says', () =>
    expect(grownTo('await keepYoungGeneration();', ['--semi-space-growth-factor=2'])).toBeGreaterThan(30));
});

describe('what is made where much survived once', () => {
  it('is taken for old, as V8 has it', () => expect(collections('')).toBeLessThan(5));

  it('begins among the young once it is told to', () =>
    expect(collections('await keepYoungGeneration();')).toBeGreaterThan(10));

  it('is what the operator says', () =>
    expect(collections('await keepYoungGeneration();', ['--allocation-site-pretenuring'])).toBeLessThan(5));
});
