// The place where a text stops being JSON, compared with what the engine's own parser takes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrongPosition } from '../../src/config/json-position.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the position of what is wrong', () => {
  it.each<[string, number, number]>([
    ['', 1, 1],
    ['{"a": tru}', 1, 7],
    ['{"a": 1 "b": 2}', 1, 9],
    ['{\n  "a": 1,\n  b: 2\n}', 3, 3],
    ['{"a": [1, 2}', 1, 12],
    ['{"a": 1', 1, 8],
    ['{} x', 1, 4],
    ['{"a": "line\nbreak"}', 1, 7],
    ["{'a': 1}", 1, 2],
    ['[1,]', 1, 4],
    ['{"a": 01}', 1, 8],
  ])('in %j is line %i, column %i', (text, line, column) => {
    expect(wrongPosition(text)).toEqual({ line, column });
  });

  it('is nowhere in whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        expect(wrongPosition(JSON.stringify(value, undefined, indent))).toBeUndefined();
      }),
    );
  });

  it('is somewhere exactly when the engine refuses the text', () => {
    const tokens = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '1',
      '-0.5e+3',
      'true',
      'null',
      ' ',
      '\n',
      '"',
      '\\',
      'x',
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 9 }), (parts) => {
        const text = parts.join('');
        expect(wrongPosition(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });
});
