// The last lines of `npm test`: what failed, what ran and how long, what did not run and why, and the count.
import { failureLines } from './failure.ts';
import type { Step } from './step.ts';
import type { Counts, NotRun, SuiteRun } from './suite-run.ts';

export interface Outcome {
  readonly steps: readonly Step[];
  readonly runs: readonly SuiteRun[];
  /** A machine that must run everything (CI) counts what could not run as failed. */
  readonly requireAll: boolean;
}

export function summary(outcome: Outcome): string[] {
  return [
    '',
    ...failureLines(
      outcome.runs.flatMap(({ name, failures }) => failures.map((one) => ({ ...one, suite: name }))),
    ),
    ...outcome.steps.map(({ name, ok, milliseconds }) => row(name, milliseconds, ok ? 'ok' : 'FAILED')),
    ...outcome.runs.map(({ name, milliseconds, counts }) =>
      row(`${name} tests`, milliseconds, countLine(counts)),
    ),
    ...notRun(outcome).map(({ suite, reason, mend }) => `NOT RUN ${suite}: ${reason}. Mend: ${mend}`),
    ...(isEmpty(outcome) ? ['no test ran at all'] : []),
    countLine(total(outcome)),
  ];
}

/** The last line and the exit code never disagree: whatever is not green adds to what failed. */
export const isGreen = (outcome: Outcome): boolean => total(outcome).failed === 0;

function total(outcome: Outcome): Counts {
  const counts = outcome.runs.map((run) => run.counts);
  const failedSteps = outcome.steps.filter(({ ok }) => !ok).length;
  const missed = outcome.requireAll ? notRun(outcome).length : 0;
  return {
    passed: sum(counts.map(({ passed }) => passed)),
    failed: sum(counts.map(({ failed }) => failed)) + failedSteps + missed + (isEmpty(outcome) ? 1 : 0),
    skipped: sum(counts.map(({ skipped }) => skipped)),
  };
}

const notRun = (outcome: Outcome): NotRun[] => outcome.runs.flatMap((run) => run.notRun);

const isEmpty = ({ runs }: Outcome): boolean =>
  runs.every(({ counts }) => counts.passed + counts.failed === 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const row = (name: string, milliseconds: number, result: string): string =>
  `${name.padEnd(18)} ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${result}`;

const countLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
