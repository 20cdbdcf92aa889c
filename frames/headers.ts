// Escaping of header names and values, which differs in each version of the protocol.
import { FrameError, printable } from './errors.ts';
import type { Command, Version } from './frame.ts';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', ':': '\\c' };

const unescapes: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  '1.0': {},
  '1.1': { '\\\\': '\\', '\\n': '\n', '\\c': ':' },
  '1.2': { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\c': ':' },
};

/**
 * Escapes a header name or value: nothing in 1.0, backslash, LF and colon in 1.1
 * [STOMP 1.1, Value Encoding], and CR too in 1.2 [STOMP 1.2, Value Encoding]. CONNECT, STOMP and
 * CONNECTED are written as in 1.0.
 *
 * @param text - the name or the value
 * @param version - the version that the frame is written in
 * @returns the text as it stands on the wire
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { escapeHeader } from 'stompwire/frames';
 *
 * assert.equal(escapeHeader('a:b', '1.2'), 'a\\cb');
 * assert.equal(escapeHeader('a:b', '1.0'), 'a:b');
 * ```
 */
export function escapeHeader(text: string, version: Version): string {
  if (version === '1.0') return text;
  const pattern = version === '1.1' ? /[\\\n:]/g : /[\\\n\r:]/g;
  return text.replace(pattern, (character) => escapes[character]!);
}

/**
 * Undoes {@link escapeHeader}. An escape that the version does not define is a fatal error
 * [STOMP 1.2, Value Encoding]; so is a backslash with nothing after it.
 *
 * @param text - the name or the value as it stands on the wire
 * @param version - the version that the frame was written in; nothing is escaped in 1.0
 * @returns the text that was meant
 * @throws FrameError `bad-escape`
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { unescapeHeader } from 'stompwire/frames';
 *
 * assert.equal(unescapeHeader('a\\cb', '1.2'), 'a:b');
 * assert.throws(() => unescapeHeader('a\\rb', '1.1'), { code: 'bad-escape' });
 * ```
 */
export function unescapeHeader(text: string, version: Version): string {
  if (version === '1.0' || !text.includes('\\')) return text;
  return text.replace(/\\.?/gsu, (sequence) => unescapes[version][sequence] ?? refuse(sequence, version));
}

/**
 * Tells by which version's rules the headers of a command are escaped: CONNECT and CONNECTED stay unescaped
 * for the sake of 1.0 peers [STOMP 1.2, Value Encoding], and STOMP is another name of CONNECT.
 *
 * @param command - the frame's command
 * @param version - the version of the session
 * @returns '1.0' for those three, else the version itself
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { escapingOf } from 'stompwire/frames';
 *
 * assert.equal(escapingOf('CONNECT', '1.2'), '1.0');
 * assert.equal(escapingOf('SEND', '1.2'), '1.2');
 * ```
 */
export function escapingOf(command: Command, version: Version): Version {
  return command === 'CONNECT' || command === 'CONNECTED' || command === 'STOMP' ? '1.0' : version;
}

function refuse(sequence: string, version: Version): never {
  const allowed = Object.keys(unescapes[version]).join(' ');
  throw new FrameError('bad-escape', `${printable(sequence)}; STOMP ${version} defines ${allowed}`);
}
