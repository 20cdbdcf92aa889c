// Chaos: 500 clients in 20 rooms, cut off every few seconds and away for two, while publishers never stop.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuiltService } from '../../chaos/built-service.ts';
import { type Plan, usualPlan } from '../../chaos/plan.ts';
import { reportOf, wrongs } from '../../chaos/report.ts';
import { killTerms, type Outcome, plainTerms, runChaos } from '../../chaos/run.ts';
import { mishaps } from '../../chaos/trouble.ts';

/** How long a run is let go on; `npm run chaos` has longer ones, and other seeds. */
const seconds = 45;
const timeout = 240_000;

const planOf = (seed: number): Plan => ({ ...usualPlan, seed, seconds });

/** Nothing wrong; and so much happened that this says something. */
function expectRight(plan: Plan, outcome: Outcome): void {
  console.log(reportOf(plan, outcome));
  expect(wrongs(outcome)).toBe('');
  expect(outcome.verdict.resumes).toBeGreaterThan(plan.clients);
  expect(outcome.verdict.messages).toBeGreaterThan(20 * plan.clients);
}

/** How many pages were read from there for those who resumed. */
function readsFrom(source: string, figures: readonly string[]): number {
  const line = figures.find((one) => one.includes('resume_reads') && one.includes(`"${source}"`));
  return Number(line?.split(' ').at(-1));
}

describe('a service whose clients are cut off every few seconds', () => {
  let service: BuiltService;

  beforeEach(async () => {
    service = new BuiltService();
    await service.start();
  });
  afterEach(() => service.remove());

  it('brings everybody everything, once, in one order, and stores it', { timeout }, async () => {
    const plan = planOf(1);
    const outcome = await runChaos(plan, service.target(), plainTerms);
    expectRight(plan, outcome);
    expect(outcome.verdict.toldGaps).toBe(0);
    // the hot logs were too short for some of them
    expect(readsFrom('store', service.figures)).toBeGreaterThan(0);
    expect(readsFrom('log', service.figures)).toBeGreaterThan(0);
  });

  it('that is itself killed again and again loses nothing stored, and tells what it lost', {
    timeout,
  }, async () => {
    const plan = planOf(2);
    let kills = 0;
    const trouble = mishaps([service.killed], [2000, 6000], () => kills++);
    expectRight(plan, await runChaos(plan, service.target(trouble), killTerms));
    expect(kills).toBeGreaterThan(2);
  });
});
