// The language in which the page speaks: that of the browser until somebody chooses another.
import { english, type Words } from './english.ts';
import { korean } from './korean.ts';

export type { Words } from './english.ts';

/** The languages by their tags, in the order in which they are offered. */
export const languages = { en: english, ko: korean } as const satisfies Record<string, Words>;

export type Language = keyof typeof languages;

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' };

let spoken: Words = english;

/** The words of the language that is spoken. */
export function words(): Words {
  return spoken;
}

export function isLanguage(tag: unknown): tag is Language {
  return typeof tag === 'string' && Object.hasOwn(languages, tag);
}

/** From now on the page speaks this language. */
export function speak(language: Language): void {
  spoken = languages[language];
}

/** How times are written: in the reader's own habit, where that is one of the language that is spoken. */
export function timeLocale(tags: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return tags.find((tag) => tag.toLowerCase().replace(/-.*$/, '') === spoken.locale) ?? spoken.locale;
}

/** The first language of these that the page speaks, by its tag: `ko-KR` is `ko`; English when it speaks none. */
export function languageOf(tags: readonly string[]): Language {
  return tags.map((tag) => tag.toLowerCase().replace(/-.*$/, '')).find(isLanguage) ?? 'en';
}
