// The table of error codes, held equal to its document both ways, and the one error class.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frameErrors } from '../frames/index.ts';
import { type ErrorCode, type ErrorRule, errorTable, isErrorCode, StompwireError } from '../src/errors.ts';

const page = readFileSync('docs/errors.md', 'utf8');
const rules: Record<string, ErrorRule> = errorTable;

/** The rows of the table under a heading, as lists of cells without their backticks. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

const codeRows = rowsUnder('Codes');
const closeRows = rowsUnder('Close codes');

describe('docs/errors.md', () => {
  it('lists every code of the table, in its order, and no other', () => {
    expect(codeRows.map(([code]) => code)).toEqual(Object.keys(errorTable));
  });

  it('says of each code what the table says', () => {
    const documented = codeRows.map(([code, says, close, retry]) => ({ code, says, close, retry }));
    expect(documented).toEqual(
      Object.entries(rules).map(([code, rule]) => ({
        code,
        says: rule.says,
        close: rule.close === null ? 'session lives' : String(rule.close),
        retry: rule.retryable ? 'yes' : 'no',
      })),
    );
  });

  it('tells a client to stay where the session lives, and to reconnect where a retry may help', () => {
    for (const [code, , close, retry, reconnect] of codeRows) {
      const allowed = close === 'session lives' ? ['stay'] : retry === 'yes' ? ['yes'] : ['yes', 'no'];
      expect(allowed, code).toContain(reconnect);
    }
  });

  it('explains every close code that the server uses', () => {
    const explained = closeRows.map(([code]) => Number(code));
    expect(explained).toEqual([1000, 1002, 1008, 1009, 1011, 1012, 1013, 4500]);
    const used = Object.values(rules).flatMap(({ close }) => close ?? []);
    expect(used.filter((code) => !explained.includes(code))).toEqual([]);
  });

  it('tells for each close code what most of its errors tell', () => {
    for (const [close, , reconnect] of closeRows.slice(1)) {
      const answers = codeRows.filter((row) => row[2] === close).map((row) => row[4]!);
      expect(answers, close).toContain(reconnect!.split(',')[0]);
    }
  });
});

describe('the table', () => {
  it('has a rule for everything that the codec refuses, and closes the session then', () => {
    for (const code of Object.keys(frameErrors)) expect(rules[code]?.close, code).toBeTypeOf('number');
  });

  it('knows its own codes and nothing that every object inherits', () => {
    expect(isErrorCode('denied')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode('')).toBe(false);
  });

  it('closes with codes that a WebSocket may close with', () => {
    const closes = Object.values(rules).flatMap(({ close }) => close ?? []);
    const usable = closes.filter((code) => (code >= 1000 && code <= 1014) || (code >= 4000 && code <= 4999));
    expect(usable).toEqual(closes);
  });
});

describe('the error', () => {
  it('says what its row of the table says, unless it is given words of its own', () => {
    const codes = Object.keys(errorTable) as ErrorCode[];
    for (const code of codes) expect(new StompwireError(code).message).toBe(errorTable[code].says);
    expect(new StompwireError('denied', 'not you')).toMatchObject({
      name: 'StompwireError',
      code: 'denied',
      message: 'not you',
      rule: errorTable.denied,
      detail: undefined,
    });
  });

  it('carries a detail for the client and a cause for the log', () => {
    const cause = new Error('inside');
    const error = new StompwireError('internal', undefined, { detail: 'more', cause });
    expect(error).toMatchObject({ detail: 'more', cause });
    expect(Object.hasOwn(new StompwireError('internal'), 'cause')).toBe(false);
  });
});
