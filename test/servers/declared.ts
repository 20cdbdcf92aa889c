// Which programs a run needs, read from the test files themselves before any of them is loaded.
import { readFileSync } from 'node:fs';

/** A suite declares its need as `requires('<name>')` in the test file, with the name spelt out. */
const declaration = /\brequires\(\s*'([a-z][a-z0-9-]*)'/g;

/** The files of a run by the program that they declare to need. */
export function declaredNeeds(files: readonly string[]): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  for (const file of files) {
    for (const name of namesIn(readFileSync(file, 'utf8')))
      needs.set(name, [...(needs.get(name) ?? []), file]);
  }
  return needs;
}

const namesIn = (text: string): Set<string> =>
  new Set(Array.from(text.matchAll(declaration), ([, name]) => name!));
