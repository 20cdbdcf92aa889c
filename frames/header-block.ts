// The header lines of a frame: from the bytes of the whole block to a flat list of names and values.
import { FrameError, printable } from './errors.ts';
import type { Version } from './frame.ts';
import { unescapeHeader } from './headers.ts';

/** Headers whose value is a credential: no part of it may reach a message. */
const secretName = /^\s*(?:passcode|(?:proxy-)?authorization)\b/i;

/** Stands for every byte that is not UTF-8 once decoded; a sender may also have meant the character. */
const replacement = '\ufffd';

/**
 * Reads a block of header lines. One decoding of the whole block and searches in the string cost less than
 * one slice of bytes per name and value, and unescaping is done only where a backslash stands.
 *
 * @param bytes - holds the block
 * @param from - where the first line begins
 * @param to - where the blank line after the last one begins
 * @param version - how the lines are escaped; '1.0' for CONNECT, STOMP and CONNECTED
 * @returns name, value, name, value...
 * @throws FrameError `bad-header`, `bad-escape`, `invalid-utf8`
 * @see Headers: [STOMP 1.2, Value Encoding].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ version: '1.2' });
 * parser.write(Buffer.from('SEND\ndestination:/topic/a\\cb\n\n\0'));
 * assert.deepEqual(parser.read()?.headers.pairs, ['destination', '/topic/a:b']);
 * ```
 */
export function decodeHeaderBlock(bytes: Buffer, from: number, to: number, version: Version): string[] {
  const text = bytes.toString('utf8', from, to);
  if (text.includes(replacement)) refuseInvalidUtf8(bytes.subarray(from, to));
  return decodeLines(text, version);
}

function decodeLines(text: string, version: Version): string[] {
  const pairs: string[] = [];
  let careful = nextCareful(text, 0, version);
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const colon = text.indexOf(':', at);
    if (careful < end) {
      decodeCarefully(text.slice(at, end), version, pairs);
      careful = nextCareful(text, end, version);
    } else if (colon <= at || colon > end) throw malformed(text.slice(at, end), pairs);
    else pairs.push(text.slice(at, colon), text.slice(colon + 1, end));
    at = end + 1;
  }
  return pairs;
}

/** Where the next character stands for which a line cannot be taken as it is; infinity when there is none. */
function nextCareful(text: string, from: number, version: Version): number {
  const cr = text.indexOf('\r', from);
  const backslash = version === '1.0' ? -1 : text.indexOf('\\', from);
  return Math.min(cr === -1 ? Infinity : cr, backslash === -1 ? Infinity : backslash);
}

function decodeCarefully(rawLine: string, version: Version, pairs: string[]): void {
  const line = rawLine.endsWith('\r') ? rawLine.slice(0, -1) : rawLine;
  const colon = line.indexOf(':');
  if (colon < 1) throw malformed(line, pairs);
  pairs.push(decode(line, 0, colon, version), decode(line, colon + 1, line.length, version));
}

/** A carriage return inside a line is refused in all versions: no subscriber of 1.0 or 1.1 could be given it. */
function decode(line: string, from: number, to: number, version: Version): string {
  const text = line.slice(from, to);
  if (text.includes('\r')) {
    throw new FrameError('bad-header', `${headerName(line)} holds a carriage return without a line feed`);
  }
  try {
    return unescapeHeader(text, version);
  } catch (error) {
    throw secretName.test(line) ? new FrameError('bad-escape', `in ${headerName(line)}`) : error;
  }
}

/** The line may be the rest of a credential that a line feed broke, so it is shown only after a public one. */
function malformed(line: string, pairs: readonly string[]): FrameError {
  if (line.startsWith(':')) return new FrameError('bad-header', 'the name before the colon is empty');
  const afterSecret = pairs.some((text, index) => index % 2 === 0 && secretName.test(text));
  const shown = afterSecret || secretName.test(line) ? 'a line' : printable(line);
  return new FrameError('bad-header', `${shown} has no colon; a line is name:value`);
}

/**
 * Renders the name of a header line for a message, never its value.
 *
 * @param line - the line, or as much of it as is at hand
 * @returns the quoted name, or what can be told without one
 * @see Header lines: `header` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ limits: { headerLineBytes: 16 } });
 * parser.write(Buffer.from('CONNECT\npasscode:a-very-long-secret\n\n\0'));
 * assert.throws(() => parser.read(), /"passcode"/);
 * ```
 */
export function headerName(line: string): string {
  const colon = line.indexOf(':');
  return colon < 1 ? 'a line without a name' : `header ${printable(line.slice(0, colon))}`;
}

/** Header names and values are UTF-8 [STOMP 1.2, Value Encoding]; a real U+FFFD is UTF-8 as well. */
function refuseInvalidUtf8(block: Buffer): void {
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf(10, at);
    const line = block.subarray(at, end);
    if (!isUtf8(line)) throw new FrameError('invalid-utf8', headerName(line.toString('latin1')));
    at = end + 1;
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
