// Makes text safe to stand in a SockJS frame: JSON, and the characters that browsers mangled.
import { Buffer } from 'node:buffer';

/** JSON escapes the control characters; these are the others [SockJS 0.3.3, JSON Unicode Encoding]. */
const mangled = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]/;
const eachMangled = new RegExp(mangled, 'g');

/**
 * The inside of a JSON string, without the quotation marks around it, so that parts can be put together.
 * Halves of surrogate pairs are escaped; bytes that are not UTF-8 become U+FFFD.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { quote } from 'stompwire/sockjs';
 *
 * assert.equal(quote('say "hi"\u2028').toString(), String.raw`say \"hi\"\u2028`);
 * ```
 */
export function quote(text: string | Buffer): Buffer {
  const json = JSON.stringify(typeof text === 'string' ? text : text.toString());
  const safe = mangled.test(json) ? json.replace(eachMangled, codeUnit) : json;
  return Buffer.from(safe.slice(1, -1));
}

function codeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
