// The counts and the verdict of the test command, from vitest's reports.
import { describe, expect, it } from 'vitest';
import { count, type Report, type SuiteRun } from '../../scripts/test/suite-run.ts';
import { isGreen, type Outcome, summary } from '../../scripts/test/summary.ts';

const report = (changes: Partial<Report> = {}): Report => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

const run = (changes: Partial<SuiteRun> = {}): SuiteRun => ({
  name: 'unit',
  milliseconds: 1500,
  counts: { passed: 5, failed: 0, skipped: 0 },
  notRun: [],
  failures: [],
  ...changes,
});

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  steps: [],
  runs: [run()],
  requireAll: false,
  ...changes,
});

const missing = {
  suite: 'test/e2e/chat.test.ts',
  reason: 'no chromium: not on the PATH',
  mend: 'install chromium',
};

describe('counting a report', () => {
  it("takes vitest's own numbers", () => {
    expect(count(report({ numPendingTests: 2, numTodoTests: 1 }), true)).toEqual({
      passed: 5,
      failed: 0,
      skipped: 3,
    });
  });

  it('counts a file that did not load as a failure', () => {
    const unloaded = { status: 'failed', assertionResults: [] };
    expect(count(report({ testResults: [unloaded] }), false).failed).toBe(1);
  });

  it('counts a run that failed outside of its tests, and one that left no report', () => {
    expect(count(report(), false).failed).toBe(1);
    expect(count(undefined, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('what failed', () => {
  const failing = (error: string, count = 1): Outcome => {
    const failure = { file: 'test/a.test.ts', name: 'a thing works', error };
    return outcome({ runs: [run({ failures: Array.from({ length: count }, () => failure) })] });
  };

  it('stands at the end, with its suite, its file, its full name and the beginning of its error', () => {
    expect(summary(failing('at test/a.test.ts:3:1\nError: one\n\n\u001b[31mtwo\u001b[0m')).slice(1)).toEqual([
      '',
      'FAILED unit > test/a.test.ts > a thing works',
      '    at test/a.test.ts:3:1',
      '    Error: one',
      '    two',
      '',
      expect.stringMatching(/^unit tests/),
      '5 passed, 0 failed',
    ]);
  });

  it('takes little room, however much failed', () => {
    const wide = 'x'.repeat(1000);
    const lines = summary(failing(`${wide}\n`.repeat(100), 500));
    expect(lines.length).toBeLessThan(220);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(300);
    expect(lines).toContain('and 480 more failed: see above');
  });

  it('is not spoken of when nothing did', () => {
    expect(summary(outcome()).join('\n')).not.toContain('FAILED');
  });
});

describe('the verdict', () => {
  it('ends with the count of all suites', () => {
    const other = run({ name: 'e2e', counts: { passed: 2, failed: 0, skipped: 1 } });
    expect(summary(outcome({ runs: [run(), other] })).at(-1)).toBe('7 passed, 0 failed, 1 skipped');
    expect(isGreen(outcome())).toBe(true);
  });

  it('is red when a step failed, though every test passed', () => {
    const red = outcome({ steps: [{ name: 'build', ok: false, milliseconds: 10 }] });
    expect(summary(red).at(-1)).toBe('5 passed, 1 failed');
    expect(isGreen(red)).toBe(false);
  });

  it('is red when no test ran', () => {
    const none = outcome({ runs: [run({ counts: { passed: 0, failed: 0, skipped: 4 } })] });
    expect(isGreen(none)).toBe(false);
    expect(summary(none)).toContain('no test ran at all');
  });

  it('tells what did not run with its mend, and is red for it only where everything is required', () => {
    const partly = outcome({ runs: [run({ notRun: [missing] })] });
    expect(summary(partly)).toContain(
      'NOT RUN test/e2e/chat.test.ts: no chromium: not on the PATH. Mend: install chromium',
    );
    expect(isGreen(partly)).toBe(true);
    expect(isGreen({ ...partly, requireAll: true })).toBe(false);
  });
});
