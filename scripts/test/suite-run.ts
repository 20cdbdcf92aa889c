// Runs one suite with vitest and reads what came of it from vitest's own JSON results.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Suite } from '../../test/suites.ts';
import type { Failure } from './failure.ts';
import { runStep } from './step.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A file, or a whole suite, that could not run here; a program that it requires is absent. */
export interface NotRun {
  readonly suite: string;
  readonly reason: string;
  readonly mend: string;
}

export interface SuiteRun {
  readonly name: string;
  readonly milliseconds: number;
  readonly counts: Counts;
  readonly notRun: readonly NotRun[];
  readonly failures: readonly Failure[];
}

/** The part of vitest's JSON report that is read here. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const failureReporter = fileURLToPath(new URL('failure-reporter.ts', import.meta.url));
const nothing: Counts = { passed: 0, failed: 0, skipped: 0 };

export async function runSuite(
  suite: Suite,
  passedOn: readonly string[],
  folder: string,
  noBuild: string | undefined,
): Promise<SuiteRun> {
  const { name } = suite;
  if (suite.needsBuild && noBuild) return blocked(name, noBuild);
  const report = join(folder, `${name}.json`);
  const notRun = join(folder, `${name}.not-run`);
  const failures = join(folder, `${name}.failures`);
  const reporters = ['--reporter=default', `--reporter=${failureReporter}`];
  const toFile = ['--reporter=json', `--outputFile.json=${report}`];
  const step = await runStep(
    `${name} tests`,
    'vitest',
    ['run', '--project', name, ...reporters, ...toFile, ...passedOn],
    { STOMPWIRE_TEST_NOT_RUN: notRun, STOMPWIRE_TEST_FAILURES: failures },
  );
  const counts = count(readReport(report), step.ok);
  const { milliseconds } = step;
  return { name, milliseconds, counts, notRun: readLines(notRun), failures: readLines(failures) };
}

const blocked = (name: string, reason: string): SuiteRun => ({
  name,
  milliseconds: 0,
  counts: nothing,
  notRun: [{ suite: name, reason, mend: 'mend what failed above' }],
  failures: [],
});

/**
 * A file that did not even load holds no test that could fail, and an error outside of every test fails
 * only vitest itself: each still counts as one failure, or a broken run could call itself green.
 */
export function count(report: Report | undefined, ok: boolean): Counts {
  if (!report) return { ...nothing, failed: 1 };
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const readReport = (file: string): Report | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;

function readLines<Line>(file: string): Line[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line) as Line);
}
