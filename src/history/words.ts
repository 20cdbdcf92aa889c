// Words for searching: what of a record is text, and the pairs of characters by which stores look its words up.
import { isUtf8 } from 'node:buffer';
import type { LogRecord } from '../message/record.ts';

/** Stands behind the last character of a word, so that a word of one character has a pair too. */
export const wordEnd = ' ';

/** As words are compared: compatible forms (Hangul put together, full-width Latin made narrow), in small letters. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

const json = /^application\/(?:[\w.-]+\+)?json\b/i;

/** What can be searched: a text body; of a JSON body its texts, not its names. `undefined`: there is nothing. */
export function textOf(record: Pick<LogRecord, 'body' | 'contentType' | 'tombstone'>): string | undefined {
  const { body, contentType, tombstone } = record;
  if (tombstone !== undefined || body.length === 0 || !isUtf8(body)) return undefined;
  const text = body.toString();
  return folded(contentType !== undefined && json.test(contentType) ? textsIn(text) : text);
}

function textsIn(text: string): string {
  const found: string[] = [];
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') found.push(value);
    });
  } catch {
    return text;
  }
  return found.join('\n');
}

/** The words of a text, each once. Only white space parts words: `don't` and `50%` are words. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    folded(text)
      .split(/\s+/u)
      .filter((word) => word !== ''),
  ),
];

/** Whether a searchable text (see {@link textOf}) holds all the words, each anywhere within one of its own. */
export const holds = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.includes(word));

/** What a store indexes: each two neighbouring characters of each word, and its last one with the {@link wordEnd}. */
export function bigramsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of wordsOf(text)) {
    const characters = [...word, wordEnd];
    for (let i = 1; i < characters.length; i++) found.add(characters[i - 1]! + characters[i]!);
  }
  return found;
}

/** How to look a word up: texts that hold it have all these pairs, or, of one character, a pair that begins so. */
export function lookupOf(word: string): { readonly pairs: string[] } | { readonly begin: string } {
  const characters = [...word];
  if (characters.length === 1) return { begin: word };
  return { pairs: [...new Set(characters.slice(1).map((character, i) => characters[i]! + character))] };
}
