// From frames to bytes, in the form that each version can carry.
import { FrameError, printable } from './errors.ts';
import type { Command, Headers, Version } from './frame.ts';
import { escapeHeader, escapingOf } from './headers.ts';

/**
 * A frame to be written; a body of text is written as UTF-8.
 *
 * See [STOMP 1.2, STOMP Frames].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Headers, type OutgoingFrame, serializeFrame } from 'stompwire/frames';
 *
 * const frame: OutgoingFrame = { command: 'RECEIPT', headers: Headers.from({ 'receipt-id': '7' }) };
 * assert.equal(serializeFrame(frame, '1.2').toString(), 'RECEIPT\nreceipt-id:7\n\n\0');
 * ```
 */
export interface OutgoingFrame {
  readonly command: Command;
  readonly headers: Headers;
  readonly body?: Buffer | string;
}

/** Anything that might have to be escaped, replaced or refused in some version. */
const special = /[\0\n\r:\\\ud800-\udfff]/;

/** Half of a surrogate pair, which UTF-8 has no form for. */
const loneSurrogate = /\p{Surrogate}/u;

/** What stands for nothing in a header of the version, not even escaped. */
const forbidden: Readonly<Record<Version, RegExp>> = { '1.0': /[\0\r\n]/, '1.1': /[\0\r]/, '1.2': /\0/ };

/**
 * Writes one frame. `content-length` is always the codec's own: in the place of the first one given (or at
 * the end) when there is a body or the command is SEND, MESSAGE or ERROR, and left out otherwise
 * [STOMP 1.2, Header content-length]. CONNECT, STOMP and CONNECTED are not escaped
 * [STOMP 1.2, Value Encoding].
 *
 * @param frame - command, headers, and a body of bytes or text
 * @param version - the version that the session speaks
 * @returns the bytes, closing NUL included
 * @throws FrameError `unencodable-header` for a header that the version cannot carry
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Headers, serializeFrame } from 'stompwire/frames';
 *
 * const headers = Headers.from({ destination: '/topic/a' });
 * const bytes = serializeFrame({ command: 'SEND', headers, body: 'hello' }, '1.2');
 * assert.equal(bytes.toString(), 'SEND\ndestination:/topic/a\ncontent-length:5\n\nhello\0');
 * ```
 */
export function serializeFrame(frame: OutgoingFrame, version: Version): Buffer {
  const { body = '' } = frame;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const head = encodeHead(frame, version, length);
  if (typeof body === 'string') return Buffer.from(`${head}${body}\0`);
  return join(head, body);
}

function join(head: string, body: Buffer): Buffer {
  const headBytes = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headBytes + body.length + 1);
  bytes.write(head, 0, headBytes);
  bytes.set(body, headBytes);
  bytes[headBytes + body.length] = 0;
  return bytes;
}

function encodeHead(frame: OutgoingFrame, version: Version, bodyBytes: number): string {
  const { command, headers } = frame;
  const { pairs } = headers;
  const escaping = escapingOf(command, version);
  let length = bodyBytes > 0 || alwaysSized(command) ? `content-length:${bodyBytes}\n` : '';
  let head = `${command}\n`;
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at]!;
    if (name !== 'content-length') head += encodeHeader(name, pairs[at + 1]!, escaping);
    else {
      head += length;
      length = '';
    }
  }
  return `${head}${length}\n`;
}

/** The commands that may have a body [STOMP 1.2, Body]. */
function alwaysSized(command: Command): boolean {
  return command === 'SEND' || command === 'MESSAGE' || command === 'ERROR';
}

/**
 * Writes one header line, or refuses: 1.0 cannot carry a line feed, nor a colon in a name; 1.0 and 1.1 cannot
 * carry a carriage return; no version carries NUL, half a surrogate pair or an empty name
 * [STOMP 1.2, Value Encoding], [STOMP 1.1, Value Encoding].
 *
 * @param name - the header's name
 * @param value - its value, may be empty
 * @param version - the version to write; '1.0' for CONNECT, STOMP and CONNECTED
 * @returns the line with its LF
 * @throws FrameError `unencodable-header`
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { encodeHeader } from 'stompwire/frames';
 *
 * assert.equal(encodeHeader('title', 'a:b', '1.2'), 'title:a\\cb\n');
 * assert.throws(() => encodeHeader('title', 'two\nlines', '1.0'), { code: 'unencodable-header' });
 * ```
 */
export function encodeHeader(name: string, value: string, version: Version): string {
  if (isPlain(name, value)) return `${name}:${value}\n`;
  const fault = faultOf(name, value, version);
  if (fault !== undefined) {
    throw new FrameError('unencodable-header', `STOMP ${version} cannot carry ${fault}`);
  }
  return escapedLine(name, value, version);
}

/**
 * Writes one header line whatever it holds: what the version cannot carry becomes a space (end of line, NUL),
 * `_` (a colon in a name of 1.0, an empty name) or U+FFFD (half a surrogate pair). For delivery of a message
 * to a subscriber of an older version than its sender's; our decision, as dropping the header or the
 * message would lose more.
 *
 * @param name - the header's name
 * @param value - its value, may be empty
 * @param version - the version to write
 * @returns the line with its LF
 * @see What each version carries: [STOMP 1.2, Value Encoding], [STOMP 1.1, Value Encoding].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { encodeHeaderLeniently } from 'stompwire/frames';
 *
 * assert.equal(encodeHeaderLeniently('a:b', 'two\nlines', '1.0'), 'a_b:two lines\n');
 * assert.equal(encodeHeaderLeniently('a:b', 'two\nlines', '1.2'), 'a\\cb:two\\nlines\n');
 * ```
 */
export function encodeHeaderLeniently(name: string, value: string, version: Version): string {
  if (isPlain(name, value)) return `${name}:${value}\n`;
  return escapedLine(replacedName(name, version), replaced(value, version), version);
}

function isPlain(name: string, value: string): boolean {
  return name !== '' && !special.test(name) && !special.test(value);
}

function escapedLine(name: string, value: string, version: Version): string {
  return `${escapeHeader(name, version)}:${escapeHeader(value, version)}\n`;
}

/** Names the header and what is wrong, never its value: it may be a credential. */
function faultOf(name: string, value: string, version: Version): string | undefined {
  if (name === '') return 'an empty header name';
  if (version === '1.0' && name.includes(':')) return `a colon in the name ${printable(name)}`;
  const found = forbidden[version].exec(name + value)?.[0];
  if (found !== undefined) return `${printable(found)} in header ${printable(name)}`;
  if (loneSurrogate.test(name) || loneSurrogate.test(value))
    return `half a surrogate pair in ${printable(name)}`;
  return undefined;
}

function replacedName(name: string, version: Version): string {
  const safe = replaced(name, version);
  return (version === '1.0' ? safe.replaceAll(':', '_') : safe) || '_';
}

function replaced(text: string, version: Version): string {
  return text
    .replace(new RegExp(forbidden[version], 'g'), ' ')
    .replace(new RegExp(loneSurrogate, 'gu'), '\ufffd');
}
