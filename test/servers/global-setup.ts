// Before the tests: finds the programs that the files of this run declare, and stops them afterwards.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { TestProject } from 'vitest/node';
import { declaredNeeds } from './declared.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Found, find, isFound, type Missing, type Program, type Provision } from './program.ts';
import { programs } from './programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What became of each program that this run declared; see requires.ts. */
    provisions: Record<string, Pick<Found, 'address'> | Missing>;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const needs = declaredNeeds(project.vitest.state.getPaths());
  const machine = thisMachine();
  const found = new Map<Program, Provision>();
  for (const program of Object.values(programs)) {
    const files = needs.get(program.name);
    if (files) found.set(program, await provision(program, files, machine));
  }
  project.provide(
    'provisions',
    Object.fromEntries([...found].map(([{ name }, what]) => [name, plain(what)])),
  );
  return () => stopAll([...found.values()]);
}

async function provision(program: Program, files: readonly string[], machine: Machine): Promise<Provision> {
  const outcome = await find(program, machine);
  if (isFound(outcome)) process.env[program.variable] = outcome.address;
  else for (const file of files) tellNotRun(relative('.', file), program, outcome);
  return outcome;
}

/** The test command reads these lines for its summary; a bare vitest run has stderr. */
function tellNotRun(suite: string, program: Program, { missing, mend }: Missing): void {
  const reason = `no ${program.name}: ${missing}`;
  const file = process.env.STOMPWIRE_TEST_NOT_RUN;
  if (file) appendFileSync(file, `${JSON.stringify({ suite, reason, mend })}\n`);
  else console.error(`NOT RUN ${suite}: ${reason}. Mend: ${mend}`);
}

/** Functions do not travel to the workers. */
const plain = (what: Provision): Pick<Found, 'address'> | Missing =>
  isFound(what) ? { address: what.address } : what;

const stopAll = async (provisions: readonly Provision[]): Promise<void> => {
  await Promise.all(provisions.map(async (what) => isFound(what) && what.stop?.()));
};
