// Reads the JSON file of the configuration, and tells what is wrong with one that cannot be read.
import { wrongPosition } from './json-position.ts';
import type { Layer, Problem } from './validate.ts';

/** What one source gave, and what could not be read of it. */
export interface Reading {
  readonly layer: Layer;
  readonly problems: readonly Problem[];
}

const MISSING = 'does not exist; give the path of a JSON file';
const NO_OBJECT = 'holds no JSON object; give one with options by their keys, such as {"port": 8080}';

/**
 * Reads a file of options.
 *
 * @param path - how the file is called in an error
 * @param readFile - gives the file's text, or throws what the file system throws
 */
export function readConfigFile(path: string, readFile: (path: string) => string): Reading {
  const sourceOf = (): string => `file ${path}`;
  const wrong = (reason: string): Reading => {
    return { layer: { values: {}, sourceOf }, problems: [{ keys: [], line: `file ${path} ${reason}` }] };
  };
  const text = textOf(path, readFile);
  if (text instanceof Error) return wrong(unreadable(text));
  const position = wrongPosition(text);
  if (position !== undefined)
    return wrong(`is not JSON from line ${position.line}, column ${position.column} on`);
  const values: unknown = JSON.parse(text);
  return isObject(values) ? { layer: { values, sourceOf }, problems: [] } : wrong(NO_OBJECT);
}

/** Editors on Windows put a byte order mark before the text, which JSON does not know. */
function textOf(path: string, readFile: (path: string) => string): string | Error {
  try {
    return readFile(path).replace(/^\uFEFF/, '');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function unreadable(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.name;
  return code === 'ENOENT' ? MISSING : `cannot be read (${code}); give the path of a readable JSON file`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
