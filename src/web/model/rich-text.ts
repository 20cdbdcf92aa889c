// Finds in a message what is more than plain text: web addresses, people who are meant, and messages that are only emoji.
import { placesOf } from './mentions.ts';

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly name: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

// Only http and https: a `javascript:` address is never made into a link.
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;

/** Cuts a message into text, links and the people it means; put together again, the parts are the message. */
export function textParts(content: string, mentions: readonly string[] = []): TextPart[] {
  const parts = withLinks(content);
  if (mentions.length === 0) return parts;
  return parts.flatMap((part) => (part.kind === 'text' ? withMentions(part.text, mentions) : part));
}

function withMentions(text: string, mentions: readonly string[]): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { from, to, name } of placesOf(text, mentions)) {
    if (from > end) parts.push({ kind: 'text', text: text.slice(end, from) });
    parts.push({ kind: 'mention', text: text.slice(from, to), name });
    end = to;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

function withLinks(content: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of content.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) parts.push({ kind: 'text', text: content.slice(end, match.index) });
    parts.push({ kind: 'link', text: address, href: new URL(address).href });
    end = match.index + address.length;
  }
  if (end < content.length) parts.push({ kind: 'text', text: content.slice(end) });
  return parts;
}

/** `https://a.b/c).` ends before `).`, but `https://a.b/c_(d)` keeps its bracket. */
function withoutTrailingPunctuation(address: string): string {
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] as string;
    if (last === ')' && address.slice(0, end).includes('(')) break;
    if (!/[.,:;!?)\]}*~…。，、！？]/u.test(last)) break;
  }
  return address.slice(0, end);
}

const ONE_EMOJI = '\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]*';
const FEW_EMOJI = new RegExp(`^(?:${ONE_EMOJI}(?:\\u200D${ONE_EMOJI})*){1,3}$`, 'u');

/** True for one to three emoji and nothing else: shown large. */
export function isOnlyEmoji(content: string): boolean {
  return content.length <= 40 && FEW_EMOJI.test(content);
}
