// Naming people: what is typed behind an @, who that may be, and whom a text means.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meantBy, named, namingAt, offered, placesOf } from '../../../src/web/model/mentions.ts';
import { textParts } from '../../../src/web/model/rich-text.ts';

describe('a name that is being typed', () => {
  it.each([
    ['@', '', 0],
    ['hello @Mi', 'Mi', 6],
    ['(@민', '민', 1],
    ['@Mina P', 'Mina P', 0],
    ['one\n@a', 'a', 4],
  ])('is seen in %j', (text, typed, at) => {
    expect(namingAt(text, text.length)).toEqual({ at, typed });
  });

  it.each(['no name', 'ann@example', '@ ', '@a\nb', `@${'x'.repeat(33)}`, 'done @@'.slice(0, 5)])(
    'is none in %j',
    (text) => {
      expect(namingAt(text, text.length)).toBeUndefined();
    },
  );

  it('ends at the caret', () => {
    expect(namingAt('@mina', 3)).toEqual({ at: 0, typed: 'mi' });
  });

  it('is completed in its place, with one space behind it', () => {
    expect(named('hi @mi there', { at: 3, typed: 'mi' }, 'Mina Park')).toEqual({
      text: 'hi @Mina Park there',
      caret: 14,
    });
  });
});

describe('the names that are offered', () => {
  it('begin so, then have a later word that does, whatever the case', () => {
    const names = ['Park Min', 'mina', 'Minho', 'Eve', 'Minho', 'two\nlines'];
    expect(offered(names, 'MIN')).toEqual(['mina', 'Minho', 'Park Min']);
    expect(offered(names, '')).toEqual(['Eve', 'mina', 'Minho', 'Park Min']);
  });

  it('are few', () => {
    expect(
      offered(
        Array.from({ length: 40 }, (_, at) => `a${at}`),
        'a',
      ),
    ).toHaveLength(6);
  });
});

describe('whom a text means', () => {
  it.each([
    ['@Ann and @Bob, @Ann!', ['Ann', 'Bob']],
    ['@Anna is not Ann', ['Anna']],
    ['@Mina Park and @Mina', ['Mina Park', 'Mina']],
    ['me@Ann.example', []],
    ['@Annex', []],
    ['@민수님 보세요', ['민수']],
    ['@a.b(c)* is a name too', ['a.b(c)*']],
  ])('%j', (text, expected) => {
    const names = ['Ann', 'Anna', 'Bob', 'Mina', 'Mina Park', '민수', 'a.b(c)*', ''];
    expect(meantBy(text, names)).toEqual(expected);
  });

  it('is at most twenty people', () => {
    const names = Array.from({ length: 30 }, (_, at) => `n${at}x`);
    expect(meantBy(names.map((name) => `@${name}`).join(' '), names)).toHaveLength(20);
  });

  it('stands in places that follow each other, and the parts of the text make the text again', () => {
    const word = fc.constantFrom(
      '@',
      'Ann',
      'Mina',
      ' ',
      'Park',
      'https://a.example/@Ann',
      'x',
      '\n',
      '민수',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const text = words.join('');
        const names = ['Ann', 'Mina', 'Mina Park', '민수'];
        let end = 0;
        for (const { from, to, name } of placesOf(text, names)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(text.slice(from, to)).toBe(`@${name}`);
          end = to;
        }
        expect(
          textParts(text, names)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('is not looked for in an address', () => {
    expect(textParts('https://a.example/@Ann @Ann', ['Ann']).map(({ kind }) => kind)).toEqual([
      'link',
      'text',
      'mention',
    ]);
  });
});
