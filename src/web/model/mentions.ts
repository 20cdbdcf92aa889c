// Naming people in a message: what is being typed behind an @, who that may be, and whom the text means in the end.
import { MOST_MENTIONS } from './extras.ts';

/** So many names are offered. */
const MOST_OFFERED = 6;

/** A name that is being typed. */
export interface Naming {
  /** Where its @ stands. */
  readonly at: number;
  readonly typed: string;
}

/** What is typed at the caret, when it is a name: an @ at the beginning of a word, and no line's end behind it. */
export function namingAt(text: string, caret: number): Naming | undefined {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf('@');
  if (at < 0 || /[\p{L}\p{N}_@]$/u.test(before.slice(0, at))) return undefined;
  const typed = before.slice(at + 1);
  return typed.length <= 32 && !/\n|^\s/.test(typed) ? { at, typed } : undefined;
}

/** Whom that may be: names that begin so first, then those of which a later word does. */
export function offered(names: Iterable<string>, typed: string): readonly string[] {
  const wanted = folded(typed);
  const all = [...new Set(names)].filter((name) => !/[\r\n]/.test(name)).sort((a, b) => a.localeCompare(b));
  const begins = all.filter((name) => folded(name).startsWith(wanted));
  const inside = all.filter((name) => !begins.includes(name) && folded(name).includes(` ${wanted}`));
  return [...begins, ...inside].slice(0, MOST_OFFERED);
}

/** The text with a name in the place of what was typed of it, and where the caret stands then. */
export function named(text: string, { at, typed }: Naming, name: string): { text: string; caret: number } {
  const behind = text.slice(at + 1 + typed.length).replace(/^ /, '');
  const head = `${text.slice(0, at)}@${name} `;
  return { text: head + behind, caret: head.length };
}

/** Whom a text means, of those who are known: each once. */
export function meantBy(text: string, names: Iterable<string>): readonly string[] {
  if (!text.includes('@')) return [];
  const found = placesOf(text, names).map(({ name }) => name);
  return [...new Set(found)].slice(0, MOST_MENTIONS);
}

/** Where in a text a name stands behind its @. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** The places of names in a text, in order; where one name begins as another the longer one stands. */
export function placesOf(text: string, names: Iterable<string>): readonly Place[] {
  const longestFirst = [...new Set(names)].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  const places: Place[] = [];
  for (let from = text.indexOf('@'); from >= 0; ) {
    const name = longestFirst.find((one) => isAt(text, from, one));
    if (name !== undefined) places.push({ from, to: from + 1 + name.length, name });
    from = text.indexOf('@', from + 1 + (name?.length ?? 0));
  }
  return places;
}

function isAt(text: string, at: number, name: string): boolean {
  const end = at + 1 + name.length;
  const isWord = /[\p{L}\p{N}_]/u;
  // Korean particles stand at the name itself: 민수님, 민수가
  const goesOn = /[\p{Script=Latin}\p{N}_]/u.test(text.slice(end, end + 1)) && isWord.test(name.slice(-1));
  return text.startsWith(name, at + 1) && !goesOn && !isWord.test(text.slice(at - 1, at));
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
