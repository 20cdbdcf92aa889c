// The words that stand in the page itself: each is one of the page's words, and English until another language is spoken.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { english } from '../../../src/web/words/english.ts';

const said: Readonly<Record<string, unknown>> = english;
const html = ['index', 'dialogs'].map((name) => readFileSync(`src/web/${name}.html`, 'utf8')).join('\n');
const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The tags that have words, with the text behind them. */
const tags = Array.from(
  html.matchAll(/<([a-z]+[^>]*\sdata-words[^>]*)>([^<]*)/g),
  ([, tag = '', text = '']) => ({
    tag: tidy(tag),
    text: tidy(text),
  }),
);
const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

describe('the words in the page', () => {
  it('are words of the page', () => {
    const keys = Array.from(html.matchAll(/data-words(?:-[a-z]+)?="([^"]*)"/g), ([, key = '']) => key);
    expect(keys.length).toBeGreaterThan(60);
    expect(keys.filter((key) => typeof said[key] !== 'string')).toEqual([]);
  });

  it('are there in English before anything is translated', () => {
    const wrong = tags.filter(({ tag, text }) => {
      const key = attribute(tag, 'data-words');
      return key !== undefined && text !== said[key];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['data-words-label', 'aria-label'],
    ['data-words-placeholder', 'placeholder'],
  ])('are there in English as %s, too', (source, target) => {
    const labelled = tags.filter(({ tag }) => attribute(tag, source) !== undefined);
    expect(labelled.length).toBeGreaterThan(0);
    const wrong = labelled.filter(({ tag }) => attribute(tag, target) !== said[attribute(tag, source) ?? '']);
    expect(wrong).toEqual([]);
  });
});
