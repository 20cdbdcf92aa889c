// What the test command makes of the words given to it.
import { describe, expect, it } from 'vitest';
import { select } from '../../scripts/test/selection.ts';

const namesOf = (...args: string[]): string[] => select(args).suites.map(({ name }) => name);

describe('the words after `npm test --`', () => {
  it('runs every suite, the build and the checks when there are none', () => {
    expect(namesOf()).toEqual(['unit', 'contract', 'cluster', 'packaging', 'e2e']);
    expect(select([])).toMatchObject({ build: true, checks: true, passedOn: [] });
  });

  it('runs one suite by its name, and builds only for a suite that tests the build', () => {
    expect(namesOf('unit')).toEqual(['unit']);
    expect(select(['unit'])).toMatchObject({ build: false, checks: false, passedOn: [] });
    expect(select(['e2e']).build).toBe(true);
  });

  it('runs the suite that holds the file, the innermost one', () => {
    expect(namesOf('test/contracts/transport.test.ts')).toEqual(['contract']);
    expect(namesOf('./test/frames/parser.test.ts')).toEqual(['unit']);
    expect(select(['test/e2e/chat.test.ts'])).toMatchObject({
      build: true,
      passedOn: ['test/e2e/chat.test.ts'],
    });
  });

  it('hands flags and patterns to vitest', () => {
    expect(select(['unit', '-t', 'escapes']).passedOn).toEqual(['-t', 'escapes']);
    expect(namesOf('-t', 'escapes')).toHaveLength(5);
  });
});
