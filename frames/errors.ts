// The one error of the codec, the table of its codes, and the safe rendering of what was refused.
import type { FrameLimits } from './limits.ts';

/**
 * Every way in which a frame can be refused, and the text that opens the error's message.
 *
 * A server answers a refused frame with ERROR and closes [STOMP 1.2, ERROR].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { frameErrors } from 'stompwire/frames';
 *
 * assert.equal(frameErrors['missing-nul'], 'frame does not end with NUL');
 * ```
 */
export const frameErrors = Object.freeze({
  'unknown-command': 'unknown command',
  'frame-too-large': 'frame too large',
  'too-many-headers': 'too many headers',
  'header-too-long': 'header line too long',
  'bad-header': 'malformed header',
  'bad-escape': 'undefined escape in a header',
  'bad-content-length': 'content-length is not a number of bytes',
  'missing-nul': 'frame does not end with NUL',
  'invalid-utf8': 'header is not valid UTF-8',
  'missing-header': 'required header missing',
  'version-mismatch': 'no protocol version in common',
  'bad-heart-beat': 'malformed heart-beat header',
  'unencodable-header': 'header cannot be written',
});

/**
 * A key of {@link frameErrors}: stable, to be compared by programs.
 *
 * The protocol itself has no codes, only the text of an ERROR [STOMP 1.2, ERROR].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameError, type FrameErrorCode } from 'stompwire/frames';
 *
 * const code: FrameErrorCode = 'missing-nul';
 * assert.equal(new FrameError(code).code, 'missing-nul');
 * ```
 */
export type FrameErrorCode = keyof typeof frameErrors;

/**
 * A frame that cannot be read or written. The message is printable ASCII or escaped, short, and never
 * holds the value of a `passcode` or `authorization` header, so it may travel in an ERROR frame.
 *
 * @param code - which rule was broken
 * @param detail - the offending value in a safe rendering and what is allowed instead
 * @param limit - the name of the limit that was crossed, when it was one
 * @see What a server does with it: [STOMP 1.2, ERROR].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameError } from 'stompwire/frames';
 *
 * const error = new FrameError('frame-too-large', 'frameBytes allows 1024', 'frameBytes');
 * assert.equal(error.message, 'frame too large: frameBytes allows 1024');
 * assert.equal(error.limit, 'frameBytes');
 * ```
 */
export class FrameError extends Error {
  /** What is wrong, for programs. */
  readonly code: FrameErrorCode;
  /** The limit that was crossed; `undefined`: none was. */
  readonly limit: keyof FrameLimits | undefined;

  constructor(code: FrameErrorCode, detail?: string, limit?: keyof FrameLimits) {
    super(detail === undefined ? frameErrors[code] : `${frameErrors[code]}: ${detail}`);
    this.name = 'FrameError';
    this.code = code;
    this.limit = limit;
  }
}

/** Characters of an offending value that an error shows. */
const shown = 40;

/**
 * Renders a refused value so that it can stand in a message, a log or an ERROR frame: quoted, cut after
 * 40 characters, whatever is not printable ASCII escaped.
 *
 * @param text - the value; bytes are given as latin1
 * @returns the quoted rendering
 * @see What stands in the `message` header of an ERROR must not break that frame [STOMP 1.2, ERROR].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { printable } from 'stompwire/frames';
 *
 * assert.equal(printable('GET /\r\n'), '"GET /\\r\\n"');
 * ```
 */
export function printable(text: string): string {
  const cut = text.length > shown;
  const safe = text.slice(0, shown).replace(/[^ -~]|["\\]/g, escapeCharacter);
  return cut ? `"${safe}"...` : `"${safe}"`;
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code > 0xff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return shortEscapes[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
}
