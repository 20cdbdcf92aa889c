// The tests of a contract as one kind of implementation has them: what a kind cannot hold is skipped, and says why.
import { it } from 'vitest';

/** A kind of implementation. `skips` names tests by their sentence, and why they cannot hold. */
export interface Skipping {
  readonly name: string;
  readonly skips?: Readonly<Record<string, string>>;
}

/**
 * Declares the tests of a contract for a kind.
 *
 * @param within - milliseconds that a test has; default: those of the suite
 */
export const testsOf =
  ({ skips }: Pick<Skipping, 'skips'>, within?: number) =>
  (sentence: string, run: () => Promise<void>): void => {
    const why = skips?.[sentence];
    if (why === undefined) it(sentence, run, within);
    else it.skip(`${sentence} (${why})`, run);
  };
