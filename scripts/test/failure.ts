// One thing that failed in a suite, a test or what is around it, in few lines.
import { stripVTControlCharacters } from 'node:util';

export interface Failure {
  /** Where the test is written; none: it belongs to no file. */
  readonly file: string | undefined;
  /** The full name of the test, or of what failed around tests. */
  readonly name: string;
  readonly error: string;
}

const mostFailures = 20;
const mostLines = 8;
const longestLine = 240;

/** What failed once more, at the end of a long log: where, which test, and how its error begins. */
export function failureLines(failures: readonly (Failure & { readonly suite: string })[]): string[] {
  const shown = failures
    .slice(0, mostFailures)
    .flatMap(({ suite, file, name, error }) => [
      '',
      `FAILED ${[suite, file, name].filter(Boolean).join(' > ')}`,
      ...beginning(error),
    ]);
  const more = failures.length - mostFailures;
  return [
    ...shown,
    ...(more > 0 ? ['', `and ${more} more failed: see above`] : []),
    ...(shown.length > 0 ? [''] : []),
  ];
}

function beginning(error: string): string[] {
  const lines = stripVTControlCharacters(error)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines
    .slice(0, mostLines)
    .map((line) => `    ${line.length > longestLine ? `${line.slice(0, longestLine)}…` : line}`);
}
