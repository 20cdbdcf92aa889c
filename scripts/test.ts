// `npm test`: builds, checks, runs every suite, and ends with one line that tells the truth about it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Selection, select } from './test/selection.ts';
import { runStep, type Step } from './test/step.ts';
import { runSuite, type SuiteRun } from './test/suite-run.ts';
import { isGreen, type Outcome, summary } from './test/summary.ts';

const checks = [
  { name: 'types and style', script: 'check' },
  { name: 'option table', script: 'check:options' },
];

async function runSteps(selection: Selection): Promise<Step[]> {
  const steps = selection.build ? [await runStep('build', 'npm', ['run', '--silent', 'build'])] : [];
  if (!selection.checks) return steps;
  for (const { name, script } of checks) steps.push(await runStep(name, 'npm', ['run', '--silent', script]));
  return steps;
}

async function runSuites(selection: Selection, steps: readonly Step[], folder: string): Promise<SuiteRun[]> {
  const unbuilt = steps.some(({ name, ok }) => name === 'build' && !ok);
  const runs: SuiteRun[] = [];
  for (const suite of selection.suites) {
    runs.push(await runSuite(suite, selection.passedOn, folder, unbuilt ? 'the build failed' : undefined));
  }
  return runs;
}

async function main(): Promise<void> {
  const selection = select(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-test-'));
  try {
    const steps = await runSteps(selection);
    const runs = await runSuites(selection, steps, folder);
    const outcome: Outcome = { steps, runs, requireAll: process.env.STOMPWIRE_TEST_REQUIRE === 'all' };
    console.log(summary(outcome).join('\n'));
    process.exitCode = isGreen(outcome) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
