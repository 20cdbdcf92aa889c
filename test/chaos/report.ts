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

/** The outage that so many of all outages do not exceed. */
export function outageOf({ outages }: Outcome, part: number): number {
  return outages[Math.ceil(outages.length * part) - 1] ?? 0;
}

function outagesOf(outcome: Outcome): string[] {
  if (outcome.outages.length === 0) return [];
  const [half, most, worst] = [0.5, 0.99, 1].map((part) => Math.round(outageOf(outcome, part)));
  return [
    `${outcome.outages.length} outages of clients: p50 ${half} ms, p99 ${most} ms, longest ${worst} ms`,
  ];
}

export function reportOf({ seed, seconds }: Plan, outcome: Outcome): string {
  const { verdict, history, counts } = outcome;
  const receipted = history.sendings.filter((sending) => sending.receipted !== undefined).length;
  const figures = [
    `seed ${seed}, ${seconds} s: ${history.sendings.length} sent, ${receipted} receipted, ${verdict.positions} positions, ${verdict.stored} stored`,
    ...outagesOf(outcome),
    `${verdict.messages} deliveries, ${verdict.resumes} resumes, ${verdict.toldGaps} gaps told (${verdict.lateGaps} of what the history had in the end)`,
    ...[...counts].sort().map(([what, times]) => `  ${what}: ${times}`),
  ];
  return [...figures, wrongs(outcome) || 'nothing was wrong'].join('\n');
}
