// Finds the TypeScript examples in comments and documents, and what each says of how it is to be run.
import { globSync, readFileSync } from 'node:fs';

/**
 * `ts` runs to its end; `ts serves` runs until it is stopped, after it printed a line; `ts no-run: <why>`
 * cannot run alone. The types of all of them are checked.
 */
export type ExampleKind = 'run' | 'serves' | 'no-run';

export interface Example {
  /** The file and the line of the fence: `src/errors.ts:71`. */
  readonly origin: string;
  readonly kind: ExampleKind;
  readonly code: string;
}

export const allExamples = (): Example[] => {
  const sources = globSync('{src,frames}/**/*.ts').flatMap((path) => examplesInSource(path, read(path)));
  const documents = globSync(['README.md', 'docs/**/*.md']).flatMap((path) => examplesIn(path, read(path)));
  return [...sources, ...documents].toSorted((a, b) =>
    a.origin.localeCompare(b.origin, 'en', { numeric: true }),
  );
};

const read = (path: string): string => readFileSync(path, 'utf8');

/** The examples of a document. */
export function examplesIn(path: string, text: string): Example[] {
  const fences = text.matchAll(/^( *)```ts\b *(.*)\n([\s\S]*?)^ *```$/gm);
  return Array.from(fences, ({ index, 1: indent, 2: info, 3: code }) => {
    const origin = `${path}:${text.slice(0, index).split('\n').length}`;
    return { origin, kind: kindOf(info!.trim(), origin), code: code!.replaceAll(`\n${indent}`, '\n') };
  });
}

/** The examples in the comments of a source file: the same, once the comments' margins are taken off. */
export function examplesInSource(path: string, text: string): Example[] {
  const lines = text
    .split('\n')
    .map((line) => (/^\s*\*( |$)/.test(line) ? line.replace(/^\s*\* ?/, '') : ''));
  return examplesIn(path, lines.join('\n'));
}

function kindOf(info: string, origin: string): ExampleKind {
  if (info === '') return 'run';
  if (info === 'serves') return 'serves';
  if (/^no-run: \S+ \S+/.test(info)) return 'no-run';
  throw new Error(`${origin}: "${info}" is none of: serves, no-run: <why it cannot run alone>`);
}
