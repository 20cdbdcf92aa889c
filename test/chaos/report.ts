// A run in a few lines: its figures, and a minimal account of what was wrong.
import { account } from './check.ts';
import type { Plan } from './plan.ts';
import type { Outcome } from './run.ts';

/** What was wrong, or nothing. */
export function wrongs({ verdict, stuck }: Outcome): string {
  const hung =
    stuck.length === 0 ? [] : [`${stuck.length} x stuck`, ...stuck.slice(0, 5).map((one) => `  ${one}`)];
  return [...hung, account(verdict.faults)].filter(Boolean).join('\n');
}

export function reportOf({ seed, seconds }: Plan, outcome: Outcome): string {
  const { verdict, history, counts } = outcome;
  const receipted = history.sendings.filter((sending) => sending.receipted !== undefined).length;
  const figures = [
    `seed ${seed}, ${seconds} s: ${history.sendings.length} sent, ${receipted} receipted, ${verdict.positions} positions, ${verdict.stored} stored`,
    `${verdict.messages} deliveries, ${verdict.resumes} resumes, ${verdict.toldGaps} gaps told`,
    ...[...counts].sort().map(([what, times]) => `  ${what}: ${times}`),
  ];
  return [...figures, wrongs(outcome) || 'nothing was wrong'].join('\n');
}
