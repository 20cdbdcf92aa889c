// The programs that benchmarks need behind what they measure.
import { thisMachine } from '../servers/machine.ts';
import { type Found, find, isFound, type Program } from '../servers/program.ts';

/** Where a program is. @throws {Error} that says how to get it */
export async function needed(program: Program): Promise<Found> {
  const outcome = await find(program, thisMachine());
  if (isFound(outcome)) return outcome;
  throw new Error(`no ${program.name}: ${outcome.missing}; ${outcome.mend}`);
}
