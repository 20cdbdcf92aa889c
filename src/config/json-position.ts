// Finds where a text stops being JSON, since the engine's own message may quote a password and omit the place.

const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may stand at the current place. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/**
 * Finds the first token at which a text is no JSON any more.
 *
 * @returns line and column, both counted from 1; the end of the text when it only stops too early;
 *   `undefined` when the text is JSON
 */
export function wrongPosition(text: string): { line: number; column: number } | undefined {
  const offset = wrongOffset(text);
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function wrongOffset(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = skip(SPACE, text, 0);
  while (at < text.length) {
    const [length, next] = step(text, at, expected, open);
    if (next === undefined) return at;
    expected = next;
    at = skip(SPACE, text, at + length);
  }
  return expected === ', or end' && open.length === 0 ? undefined : at;
}

/** Takes one token: its length, and what may follow it, or nothing when it may not stand here. */
function step(text: string, at: number, expected: Expected, open: string[]): [number, Expected | undefined] {
  const letter = text[at]!;
  if (letter === '{' || letter === '[') return [1, opened(letter, expected, open)];
  if (letter === '}' || letter === ']') return [1, closed(letter, expected, open)];
  if (letter === ',') return [1, afterComma(expected, open)];
  if (letter === ':') return [1, expected === ':' ? 'value' : undefined];
  const length = skip(SCALAR, text, at) - at;
  return [length, length === 0 ? undefined : afterScalar(letter, expected)];
}

function opened(bracket: string, expected: Expected, open: string[]): Expected | undefined {
  if (!expected.startsWith('value')) return undefined;
  open.push(bracket);
  return bracket === '{' ? 'key or }' : 'value or ]';
}

function closed(bracket: string, expected: Expected, open: string[]): Expected | undefined {
  if (expected !== ', or end' && !expected.endsWith(bracket)) return undefined;
  return open.pop() === (bracket === '}' ? '{' : '[') ? ', or end' : undefined;
}

function afterComma(expected: Expected, open: readonly string[]): Expected | undefined {
  if (expected !== ', or end' || open.length === 0) return undefined;
  return open.at(-1) === '{' ? 'key' : 'value';
}

function afterScalar(letter: string, expected: Expected): Expected | undefined {
  if (expected.startsWith('key')) return letter === '"' ? ':' : undefined;
  return expected.startsWith('value') ? ', or end' : undefined;
}

/** Where the match of a sticky pattern ends, or `at` when there is none. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
