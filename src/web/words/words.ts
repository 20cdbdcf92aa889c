// The language in which the page speaks: that of the browser until somebody chooses another.
import { english, type Words } from './english.ts';

export type { Words } from './english.ts';

/** What each language calls itself, by its tag, in the order in which they are offered. */
export const languageNames = { en: 'English', ko: '한국어' } as const;

export type Language = keyof typeof languageNames;

let spoken: Words = english;
let wanted: Language = 'en';

/** The words of the language that is spoken. */
export function words(): Words {
  return spoken;
}

export function isLanguage(tag: unknown): tag is Language {
  return typeof tag === 'string' && Object.hasOwn(languageNames, tag);
}

/** From now on the page speaks this language; Korean is a script of its own, so that others do not load it. */
export async function speak(language: Language): Promise<void> {
  wanted = language;
  const said = language === 'ko' ? (await import('./korean.ts')).korean : english;
  if (wanted === language) spoken = said; // another one was chosen meanwhile
}

/** How times are written: in the reader's own habit, where that is one of the language that is spoken. */
export function timeLocale(tags: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return tags.find((tag) => tag.toLowerCase().replace(/-.*$/, '') === spoken.locale) ?? spoken.locale;
}

/** The first language of these that the page speaks, by its tag: `ko-KR` is `ko`; English when it speaks none. */
export function languageOf(tags: readonly string[]): Language {
  return tags.map((tag) => tag.toLowerCase().replace(/-.*$/, '')).find(isLanguage) ?? 'en';
}
