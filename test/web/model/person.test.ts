// Names as typed, and the signs that stand for them.
import { describe, expect, it } from 'vitest';
import { HUES, hueOf, initials, MAX_NAME_LENGTH, readName } from '../../../src/web/model/person.ts';

describe('a name', () => {
  it('is tidied', () => {
    expect(readName('  Mina   Park ')).toEqual({ ok: true, name: 'Mina Park' });
    expect(readName('김민수')).toEqual({ ok: true, name: '김민수' });
    expect(readName('<b>x</b>')).toEqual({ ok: true, name: '<b>x</b>' });
  });

  it('is refused when it is empty, endless, or would break a header', () => {
    for (const bad of ['', '   ', 'x'.repeat(MAX_NAME_LENGTH + 1), 'a\nb', 'a\u0000', 'a\tb']) {
      expect(readName(bad)).toMatchObject({ ok: false });
    }
  });

  it('is counted in characters as people count', () => {
    expect(readName('👍'.repeat(MAX_NAME_LENGTH))).toMatchObject({ ok: true });
  });
});

describe('the sign of a person', () => {
  it('has the initials, or the first character where initials are not a habit', () => {
    expect(initials('mina park')).toBe('MP');
    expect(initials('Mina de la Cruz')).toBe('MC');
    expect(initials('김민수')).toBe('김');
    expect(initials('👩‍🚀 crew')).toBe('👩‍🚀');
    expect(initials('<b>')).toBe('<');
    expect(initials('')).toBe('?');
  });

  it('has one of the colours, always the same, and all of them are used', () => {
    const hues = Array.from({ length: 200 }, (_, at) => hueOf(`user-${at}`));
    expect(hueOf('Mina')).toBe(hueOf('Mina'));
    expect(new Set(hues).size).toBe(HUES);
    expect(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < HUES)).toBe(true);
  });
});
