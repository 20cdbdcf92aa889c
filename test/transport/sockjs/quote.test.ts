// Escaping: what comes out is JSON that browsers do not mangle, and stands for what went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/sockjs.ts';

const read = (bytes: Buffer): string => JSON.parse(`"${bytes}"`) as string;

describe('quote', () => {
  it('gives back any text, without a character that browsers mangle', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const quoted = quote(text);
        expect(read(quoted)).toBe(text);
        expect(quoted.toString()).not.toMatch(
          /[\u0000-\u001f\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]/,
        );
      }),
    );
  });

  it('escapes halves of surrogate pairs, and leaves whole ones', () => {
    expect(quote('\ud83d 😀').toString()).toBe('\\ud83d 😀');
  });

  it('can be put together from parts', () => {
    const parts = ['MESSAGE\n', 'id:"é"\n', '\u2028\0'];
    expect(Buffer.concat(parts.map(quote))).toEqual(quote(parts.join('')));
  });

  it('takes bytes; those that are not UTF-8 become U+FFFD, escaped', () => {
    expect(quote(Buffer.from('a\n"ü"'))).toEqual(quote('a\n"ü"'));
    expect(quote(Buffer.from([0x61, 0xff])).toString()).toBe('a\\ufffd');
  });
});
