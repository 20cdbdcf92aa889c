// The bounds that keep one frame from taking more memory than the reader agreed to.

/**
 * How large one frame may be. Every bound is reported by its name when it is crossed.
 *
 * A reader is free to set such limits [STOMP 1.2, Size Limits].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type FrameLimits, FrameParser } from 'stompwire/frames';
 *
 * const limits: FrameLimits = { frameBytes: 1024, headerCount: 8, headerLineBytes: 256 };
 * const parser = new FrameParser({ limits });
 * parser.write(Buffer.from('SEND\ncontent-length:4096\n\n'));
 * assert.throws(() => parser.read(), { code: 'frame-too-large', limit: 'frameBytes' });
 * ```
 */
export interface FrameLimits {
  /** Bytes of a whole frame, from the first of its command to its closing NUL, both included. */
  readonly frameBytes: number;
  /** Header lines of one frame, repeated ones counted too. */
  readonly headerCount: number;
  /** Bytes of one header line as it stands on the wire (escapes not undone), its LF excluded. */
  readonly headerLineBytes: number;
}

/**
 * The limits of a parser that was given none: 256 KiB a frame, 64 headers, 10 KiB a header line
 * (a bearer token of the usual identity providers fits in one line).
 *
 * The protocol leaves the numbers to the server [STOMP 1.2, Size Limits].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { defaultLimits } from 'stompwire/frames';
 *
 * assert.equal(defaultLimits.frameBytes, 262_144);
 * ```
 */
export const defaultLimits: FrameLimits = Object.freeze({
  frameBytes: 262_144,
  headerCount: 64,
  headerLineBytes: 10_240,
});

/**
 * Fills what is left out with {@link defaultLimits}; complete limits come back as the same object, so
 * that many parsers share one.
 *
 * @param limits - the limits to change; numbers of bytes, or of lines
 * @returns all of the limits
 * @see The numbers are the server's own [STOMP 1.2, Size Limits].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { completeLimits } from 'stompwire/frames';
 *
 * assert.equal(completeLimits({ headerCount: 8 }).headerLineBytes, 10_240);
 * ```
 */
export function completeLimits(limits: Partial<FrameLimits> | undefined): FrameLimits {
  if (limits === undefined) return defaultLimits;
  return isComplete(limits) ? limits : { ...defaultLimits, ...limits };
}

function isComplete(limits: Partial<FrameLimits>): limits is FrameLimits {
  const { frameBytes, headerCount, headerLineBytes } = limits;
  return frameBytes !== undefined && headerCount !== undefined && headerLineBytes !== undefined;
}
