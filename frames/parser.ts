// From bytes in any cut to frames, one at a time, as the reader asks for them.
import { lineEnding, matchCommand } from './command-line.ts';
import { FrameError, printable } from './errors.ts';
import { type Command, clientCommands, type Frame, Headers, serverCommands, type Version } from './frame.ts';
import { decodeHeaderBlock, headerName } from './header-block.ts';
import { escapingOf } from './headers.ts';
import { completeLimits, type FrameLimits } from './limits.ts';

export { defaultLimits, type FrameLimits } from './limits.ts';

const NUL = 0;
const LF = 10;
const CR = 13;

/** Shared by every parser that holds nothing and by every frame without a body. */
const noBytes = Buffer.alloc(0);

/** The least room that is taken for bytes that wait for the rest of their frame. */
const leastRoom = 256;

/** The length of a body that ends at its first NUL. */
const untilNul = -1;

const allCommands: ReadonlySet<string> = new Set([...clientCommands, ...serverCommands]);

/**
 * What a {@link FrameParser} can be told; everything has a default.
 *
 * The limits are the reader's own [STOMP 1.2, Size Limits].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { clientCommands, FrameParser, type FrameParserOptions } from 'stompwire/frames';
 *
 * const options: FrameParserOptions = { version: '1.1', accepts: clientCommands, limits: { headerCount: 16 } };
 * assert.equal(new FrameParser(options).version, '1.1');
 * ```
 */
export interface FrameParserOptions {
  /** How headers are unescaped, '1.2' by default; it makes no difference to CONNECT. */
  readonly version?: Version;
  /** What is left out comes from {@link defaultLimits}; complete limits are shared, not copied. */
  readonly limits?: Partial<FrameLimits>;
  /** The commands that may come, all of the protocol by default. */
  readonly accepts?: ReadonlySet<string>;
}

/**
 * Turns what was written to it into frames, one for each `read`.
 *
 * Pull style: `write` what arrived, `read` until it returns null; the reader may stop in between and may
 * change `version` between two frames (after a CONNECT, before the SEND that came in the same chunk).
 * Line endings are LF or CRLF in every version, more lenient than 1.0 and 1.1 ask; heart-beats between
 * frames are skipped. After an error every `read` throws the same error and `write` drops its bytes.
 *
 * @param options - `version` (default '1.2') tells how headers are unescaped; `limits` fill up with
 * {@link defaultLimits}; `accepts` are the commands that may come, all of them by default
 * @throws FrameError from `read`
 * @see Source: [STOMP 1.2, STOMP Frames] and [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ version: '1.2' });
 * parser.write(Buffer.from('SEND\ndestination:/topic/a\n\nhel'));
 * assert.equal(parser.read(), null);
 * parser.write(Buffer.from('lo\0\n'));
 * assert.equal(parser.read()?.body.toString(), 'hello');
 * assert.equal(parser.read(), null);
 * assert.equal(parser.pending, 0);
 * ```
 */
export class FrameParser {
  /** How the next headers are unescaped; may be set between two frames. */
  version: Version;
  private readonly limits: FrameLimits;
  private readonly accepts: ReadonlySet<string>;
  private failure: FrameError | undefined = undefined;

  /** What has not been read yet is bytes[start, end). Written bytes are never overwritten, for bodies share them. */
  private bytes: Buffer = noBytes;
  private start = 0;
  private end = 0;
  /** Whether `bytes` is the parser's own, with room behind `end`. */
  private owned = false;

  /** The unfinished frame; its positions count from `start`. */
  private command: Command | undefined = undefined;
  private headers: Headers | undefined = undefined;
  private scanned = 0;
  private line = 0;
  private lineCount = 0;
  private bodyAt = 0;
  private bodyBytes = untilNul;

  constructor(options: FrameParserOptions = {}) {
    this.version = options.version ?? '1.2';
    this.limits = completeLimits(options.limits);
    this.accepts = options.accepts ?? allCommands;
  }

  /** Bytes held: of an unfinished frame, or written and not yet read. */
  get pending(): number {
    return this.end - this.start;
  }

  /** Takes a chunk by reference. It is let go when `read` returns null; bodies stay slices of it. */
  write(chunk: Buffer): void {
    if (this.failure !== undefined || chunk.length === 0) return;
    if (this.start === this.end) this.hold(chunk, chunk.length, false);
    else this.append(chunk);
  }

  /** The next whole frame, or null when more bytes are needed. */
  read(): Frame | null {
    if (this.failure !== undefined) throw this.failure;
    if (this.start === this.end) return null;
    try {
      const frame = this.readCommand() && this.readHeaders() ? this.readBody() : null;
      if (frame === null) this.keepUnfinished();
      return frame;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** An end of line between frames is a heart-beat [STOMP 1.2, Heart-beating]; nothing hangs on a CR there. */
  private readCommand(): boolean {
    if (this.command !== undefined) return true;
    const { bytes, end } = this;
    let at = this.start;
    while (at < end && (bytes[at] === LF || bytes[at] === CR)) at++;
    this.start = at;
    if (at === end) return false;
    this.command = matchCommand(bytes, at, end, this.accepts);
    if (this.command === undefined) return false;
    this.line = this.scanned = this.headersAt(this.command);
    this.lineCount = 0;
    return true;
  }

  private headersAt(command: Command): number {
    return command.length + lineEnding(this.bytes, this.start + command.length, this.end);
  }

  /** Looks at each byte of the header block once, however it arrives, and stops at the first crossed limit. */
  private readHeaders(): boolean {
    if (this.headers !== undefined) return true;
    const { bytes, start, limits } = this;
    const stop = Math.min(this.end, start + limits.frameBytes);
    let line = start + this.line;
    for (let at = start + this.scanned; at < stop; at++) {
      const byte = bytes[at]!;
      if (byte > LF) continue;
      if (byte === LF) {
        if (at === line || (at === line + 1 && bytes[line] === CR)) return this.endHeaders(line, at + 1);
        this.checkLine(line, at);
        if (++this.lineCount > limits.headerCount) throw this.crossed('too-many-headers', 'headerCount');
        line = at + 1;
      } else if (byte === NUL) throw this.nulInHeaders(line, at);
    }
    this.checkLine(line, stop);
    this.checkFrame(stop - start + 1);
    this.line = line - start;
    this.scanned = stop - start;
    return false;
  }

  private endHeaders(blockEnd: number, bodyAt: number): boolean {
    const command = this.command!;
    const version = escapingOf(command, this.version);
    const pairs = decodeHeaderBlock(this.bytes, this.start + this.headersAt(command), blockEnd, version);
    this.headers = new Headers(pairs);
    this.scanned = this.bodyAt = bodyAt - this.start;
    this.bodyBytes = contentLength(this.headers);
    this.checkFrame(this.bodyAt + Math.max(this.bodyBytes, 0) + 1);
    return true;
  }

  /** With a content-length the body may hold NUL, without one it ends at the first [STOMP 1.2, Body]. */
  private readBody(): Frame | null {
    const from = this.start + this.bodyAt;
    const to = this.bodyBytes === untilNul ? this.findNul() : from + this.bodyBytes;
    if (to >= this.end) return null;
    if (this.bytes[to] !== NUL) {
      throw new FrameError('missing-nul', `no NUL after the ${this.bodyBytes} bytes of content-length`);
    }
    const body = to === from ? noBytes : this.bytes.subarray(from, to);
    return this.finish(body, to + 1);
  }

  private findNul(): number {
    const { bytes, start, end } = this;
    const from = start + this.scanned;
    const found = this.owned ? bytes.subarray(from, end).indexOf(NUL) : bytes.indexOf(NUL, from) - from;
    const at = found < 0 ? end : from + found;
    this.checkFrame(at - start + 1);
    this.scanned = at - start;
    return at;
  }

  private finish(body: Buffer, next: number): Frame {
    const frame: Frame = { command: this.command!, headers: this.headers!, body };
    this.command = undefined;
    this.headers = undefined;
    this.start = next;
    if (next === this.end) this.hold(noBytes, 0, false);
    return frame;
  }

  private hold(bytes: Buffer, length: number, owned: boolean): void {
    this.bytes = bytes;
    this.start = 0;
    this.end = length;
    this.owned = owned;
  }

  /** Takes twice the room needed, so that a frame in many pieces is copied a few times and not once a piece. */
  private append(chunk: Buffer): void {
    if (this.end + chunk.length > this.bytes.length) this.moveToOwn(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  private moveToOwn(more: number): void {
    const room = Buffer.allocUnsafe(Math.max(leastRoom, 2 * (this.pending + more)));
    this.hold(room, this.bytes.copy(room, 0, this.start, this.end), true);
  }

  /** An idle parser holds no buffer, and half a frame does not pin the whole chunk that it came in. */
  private keepUnfinished(): void {
    if (this.start === this.end) this.hold(noBytes, 0, false);
    else if (!this.owned) this.moveToOwn(0);
  }

  private fail(error: unknown): void {
    if (error instanceof FrameError) this.failure = error;
    this.hold(noBytes, 0, false);
    this.command = undefined;
    this.headers = undefined;
  }

  private checkFrame(bytes: number): void {
    if (bytes > this.limits.frameBytes) throw this.crossed('frame-too-large', 'frameBytes');
  }

  private checkLine(from: number, to: number): void {
    if (to - from <= this.limits.headerLineBytes) return;
    throw this.crossed('header-too-long', 'headerLineBytes', this.nameAt(from, to));
  }

  private crossed(
    code: FrameError['code'],
    limit: keyof FrameLimits,
    what: string = this.command!,
  ): FrameError {
    return new FrameError(code, `${what} crosses ${limit}, which is ${this.limits[limit]}`, limit);
  }

  private nulInHeaders(line: number, at: number): FrameError {
    this.checkLine(line, at);
    return new FrameError('bad-header', `NUL in ${this.nameAt(line, at)}; a blank line ends the headers`);
  }

  private nameAt(from: number, to: number): string {
    return headerName(this.bytes.toString('latin1', from, to));
  }
}

function contentLength(headers: Headers): number {
  const text = headers.get('content-length');
  if (text === undefined) return untilNul;
  let bytes = text === '' ? Number.NaN : 0;
  for (let at = 0; at < text.length; at++) bytes = bytes * 10 + digit(text.charCodeAt(at));
  if (bytes >= 0) return bytes;
  throw new FrameError('bad-content-length', `${printable(text)}; only digits may stand there`);
}

function digit(code: number): number {
  return code >= 48 && code <= 57 ? code - 48 : Number.NaN;
}
