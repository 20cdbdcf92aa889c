// Links and emoji in messages; whatever is written, the parts put together are what was written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOnlyEmoji, textParts } from '../../../src/web/model/rich-text.ts';

const links = (content: string): string[] =>
  textParts(content).flatMap((part) => (part.kind === 'link' ? [part.text] : []));

describe('the links of a message', () => {
  it('end before the punctuation around them', () => {
    expect(links('See https://a.example/x?y=1#z.')).toEqual(['https://a.example/x?y=1#z']);
    expect(links('(https://a.example/x), or https://b.example!')).toEqual([
      'https://a.example/x',
      'https://b.example',
    ]);
    expect(links('https://a.example/wiki/Foo_(bar)')).toEqual(['https://a.example/wiki/Foo_(bar)']);
  });

  it('are addresses of the web and nothing else', () => {
    expect(
      links('javascript:alert(1) data:text/html,x ftp://a.example file:///etc http:// www.a.example'),
    ).toEqual([]);
  });

  it('do not reach into markup around them', () => {
    expect(links('<a href="https://a.example/">x</a>')).toEqual(['https://a.example/']);
  });

  it('lose nothing of the text', () => {
    const pieces = fc.constantFrom('https://a.b/c', 'http://', '(', ')', '.', ' ', '<b>', '한', '👍', '\n');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (content) => {
        expect(
          textParts(content)
            .map((part) => part.text)
            .join(''),
        ).toBe(content);
      }),
    );
  });
});

describe('a message of emoji', () => {
  it('is one to three of them and nothing else', () => {
    expect(['🎉', '👍🏽', '👩‍🚀❤️', '😀😀😀'].every(isOnlyEmoji)).toBe(true);
    expect(['', 'a', '🎉!', '1', '😀😀😀😀', '#'].some(isOnlyEmoji)).toBe(false);
  });
});
