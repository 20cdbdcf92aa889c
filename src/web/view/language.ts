// The switch of the page's language, where people sign in and beside their name; the page's fixed words follow it.
import { isLanguage, type Language, languageNames, words } from '../words/words.ts';
import { make, translate } from './dom.ts';

/** Fills the switches. @param choose - hears what somebody chose */
export function createLanguage(choose: (language: Language) => void): () => void {
  const switches = document.querySelectorAll<HTMLSelectElement>('select.language');
  for (const one of switches) {
    for (const [language, name] of Object.entries(languageNames)) {
      const option = make('option', '', name);
      option.value = language;
      option.lang = language;
      one.append(option);
    }
    one.addEventListener('change', () => isLanguage(one.value) && choose(one.value));
  }
  return () => {
    const { locale } = words();
    if (document.documentElement.lang === locale && switches[0]?.value === locale) return;
    document.documentElement.lang = locale;
    for (const one of switches) one.value = locale;
    translate(document, words());
  };
}
