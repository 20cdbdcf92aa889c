// What the words after `npm test --` ask for: suites by name, everything else is vitest's.
import { type Suite, suites } from '../../test/suites.ts';

export interface Selection {
  readonly suites: readonly Suite[];
  /** File names, -t patterns and flags. */
  readonly passedOn: readonly string[];
  readonly build: boolean;
  /** Types, style and generated documents: only asked of a run of everything. */
  readonly checks: boolean;
}

/** `npm test` | `npm test -- unit` | `npm test -- test/e2e/chat.test.ts` | `npm test -- unit -t 'escape'`. */
export function select(args: readonly string[]): Selection {
  const named = suites.filter(({ name }) => args.includes(name));
  const passedOn = args.filter((arg) => !named.some(({ name }) => name === arg));
  const chosen = named.length > 0 ? named : suitesOf(passedOn);
  return {
    suites: chosen,
    passedOn,
    build: chosen.some(({ needsBuild }) => needsBuild),
    checks: args.length === 0,
  };
}

/** The suites that hold the files asked for; all of them when no file says which. */
function suitesOf(args: readonly string[]): readonly Suite[] {
  const files = args.filter((arg) => arg.startsWith('test/') || arg.startsWith('./test/'));
  const holding = new Set(files.map((file) => suiteOf(file.replace(/^\.\//, ''))));
  return files.length > 0 ? suites.filter((suite) => holding.has(suite)) : suites;
}

const suiteOf = (file: string): Suite | undefined =>
  suites.findLast(({ folder }) => file === folder || file.startsWith(`${folder}/`));
