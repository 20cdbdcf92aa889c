// A person's name: which ones are accepted, and the initials and colour that stand for it.
import { words } from '../words/words.ts';

export const MAX_NAME_LENGTH = 32;

/** Avatars and names have this many colours. */
export const HUES = 8;

export type NameReading =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly reason: string };

/** Reads what was typed as a name: spaces are tidied; control characters and endless names are refused. */
export function readName(typed: string): NameReading {
  const name = typed.trim().replace(/ +/g, ' ');
  if (name === '') return { ok: false, reason: words().noName };
  if (/\p{Cc}/u.test(name)) return { ok: false, reason: words().controlCharacters };
  if ([...name].length > MAX_NAME_LENGTH) {
    return { ok: false, reason: words().longName(MAX_NAME_LENGTH) };
  }
  return { ok: true, name };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}

const MOST_KNOWN = 500;
const known = new Map<string, string>();

/** The same few people stand beside thousands of messages. */
export function initials(name: string): string {
  let found = known.get(name);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, (found = initialsOf(name)));
  return found;
}

/** One or two letters for an avatar: `Mina Park` is MP, `김민수` is 김, an emoji stays whole. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = firstGrapheme(words[0] ?? '');
  const last = words.length > 1 ? firstGrapheme(words[words.length - 1] ?? '') : '';
  const isLatin = /^\p{Script=Latin}$/u;
  const text = isLatin.test(first) && isLatin.test(last) ? first + last : first;
  return text.toLocaleUpperCase() || '?';
}

/** A number from 0 to HUES - 1, always the same for the same name. */
export function hueOf(name: string): number {
  let hash = 2166136261; // FNV-1a, for its spread over short names
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 16777619);
  return (Math.imul(hash ^ (hash >>> 15), 2654435761) >>> 0) >>> 29; // the best mixed bits: 2 ** 3 is HUES
}
