// JSON bodies as values: no bytes that are not UTF-8, and no keys made to reach into an object's prototype.
import { type Buffer, isUtf8 } from 'node:buffer';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';

/**
 * Parses a body.
 *
 * @throws {StompwireError} `bad-payload`: it is no JSON, or holds a key `__proto__`, or an object under
 * `constructor` with a key `prototype`; copied into another object, those would change what all objects inherit
 */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new StompwireError('bad-payload', 'the body is not JSON: it is not UTF-8');
  const text = body.toString();
  const value = parsed(text);
  // escapes hide a key from the search: what holds any is looked through as well
  if (/__proto__|constructor|\\u/.test(text)) assertHarmless(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StompwireError('bad-payload', 'the body is not JSON', { cause: unquoted(error) });
  }
}

/** What the engine says of it quotes the body, and goes to the log, where nobody's words belong. */
function unquoted(error: unknown): SyntaxError {
  const [place = ''] = / at position \d+/.exec(String(error)) ?? [];
  return new SyntaxError(`it cannot be parsed${place}`);
}

/** A value and the way to it; paths are written out for the one that is refused only. */
interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Place | undefined;
}

/** Without recursion: a body may be nested deeper than the stack. */
function assertHarmless(value: unknown): void {
  const waiting: Place[] = [{ value, key: '', parent: undefined }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (typeof place.value !== 'object' || place.value === null) continue;
    for (const [key, inner] of Object.entries(place.value)) {
      const next: Place = { value: inner, key, parent: place };
      if (key === '__proto__' || reachesPrototype(key, inner)) throw refusal(next);
      waiting.push(next);
    }
  }
}

function reachesPrototype(key: string, value: unknown): boolean {
  return (
    key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
  );
}

function refusal(place: Place): StompwireError {
  const keys: string[] = [];
  for (let at: Place = place; at.parent !== undefined; at = at.parent) keys.push(at.key);
  const path = printable(`body/${keys.reverse().join('/')}`);
  return new StompwireError('bad-payload', `${path} is a key that no body may have`);
}
