// The languages of the page: which one is spoken, and that each says all.
import { afterEach, describe, expect, it } from 'vitest';
import { span } from '../../../src/web/model/format.ts';
import { english } from '../../../src/web/words/english.ts';
import { korean } from '../../../src/web/words/korean.ts';
import { isLanguage, languageOf, speak, timeLocale, words } from '../../../src/web/words/words.ts';

afterEach(() => speak('en'));

describe('the language', () => {
  it('is the first of the browser that the page speaks', () => {
    expect(languageOf(['fr-FR', 'ko-KR', 'en'])).toBe('ko');
    expect(languageOf(['EN-gb', 'ko'])).toBe('en');
    expect(languageOf(['fr'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });

  it('leaves times to the habit of the reader, where that is one of the language', async () => {
    expect(timeLocale(['fr', 'en-GB'])).toBe('en-GB');
    await speak('ko');
    expect(timeLocale(['en-GB', 'ko-KR'])).toBe('ko-KR');
    expect(timeLocale(['en-GB'])).toBe('ko');
  });

  it('is one that there is', () => {
    expect(['ko', 'en', 'constructor', 'toString', '', undefined].filter(isLanguage)).toEqual(['ko', 'en']);
  });

  it('is spoken from when it is chosen', async () => {
    await speak('ko');
    expect(words().send).toBe('보내기');
    expect(span(120_000)).toBe('2분');
  });

  it('is the one that was chosen last, whichever comes first', async () => {
    await Promise.all([speak('ko'), speak('en')]);
    expect(words().send).toBe('Send');
    await Promise.all([speak('en'), speak('ko')]);
    expect(words().send).toBe('보내기');
  });
});

describe('each language', () => {
  it('says everything, in words of its own', () => {
    const same = Object.entries(korean).filter(
      ([key, said]) => said === english[key as keyof typeof english],
    );
    expect(Object.keys(korean).sort()).toEqual(Object.keys(english).sort());
    expect(same).toEqual([]);
  });

  it('counts', () => {
    expect([english.newMessages(1), english.newMessages(2)]).toEqual(['1 new message', '2 new messages']);
    expect(korean.newMessages(2)).toBe('새 메시지 2개');
    expect(english.unread(99, true)).toBe('more than 99 unread messages');
  });

  it('names who types, but no crowd', () => {
    expect([[], ['Ann'], ['Ann', 'Bob'], ['Ann', 'Bob', 'Eve']].map(english.typing)).toEqual([
      '',
      'Ann is typing…',
      'Ann and Bob are typing…',
      'Several people are typing…',
    ]);
  });
});
