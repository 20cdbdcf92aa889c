// The drawing of a frame's way names every error that a client can hear.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../src/errors.ts';

/** No frame of a client leads to these: a start that fails, a header of ours, a page of the history, a code kept for a later drain. */
const elsewhere = new Set([
  'bad-configuration',
  'history-damaged',
  'queues-damaged',
  'queues-unavailable',
  'unencodable-header',
  'bad-cursor',
  'no-access',
  'going-away',
]);

const [, drawing = ''] = /```text\n([\s\S]*?)```/.exec(readFileSync('docs/frame.md', 'utf8')) ?? [];

describe('the drawing in docs/frame.md', () => {
  it('has every code that ends a frame', () => {
    const codes = Object.keys(errorTable).filter((code) => !elsewhere.has(code));
    expect(codes.filter((code) => !drawing.match(new RegExp(`(?<![\\w-])${code}(?![\\w-])`)))).toEqual([]);
  });

  it('gives each close code as the table does', () => {
    const wrong = Array.from(drawing.matchAll(/ERROR ([a-z][\w-]*) -> (\d+)/g), ([, code, close]) => ({
      code,
      close,
    })).filter(({ code, close }) => String(errorTable[code as keyof typeof errorTable]?.close) !== close);
    expect(wrong).toEqual([]);
    expect(drawing).toContain('ERROR denied -> 1008');
  });
});
