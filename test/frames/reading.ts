// What a parser makes of bytes, in a form that can be compared, and ways to cut those bytes.
import { type Frame, FrameError, FrameParser, type FrameParserOptions } from '../../frames/index.ts';

/** Everything that reading can tell of bytes, whichever way they were cut. */
export interface Outcome {
  readonly frames: readonly PlainFrame[];
  readonly error: { readonly code: string; readonly limit?: string } | undefined;
  readonly pending: number;
}

export interface PlainFrame {
  readonly command: string;
  readonly pairs: readonly string[];
  readonly body: string;
}

/** Writes each chunk and reads what there is; only a FrameError may end it. */
export function outcomeOf(chunks: readonly Buffer[], options?: FrameParserOptions): Outcome {
  const parser = new FrameParser(options);
  const frames: PlainFrame[] = [];
  try {
    for (const chunk of chunks) {
      parser.write(chunk);
      for (let frame = parser.read(); frame !== null; frame = parser.read()) frames.push(plain(frame));
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { frames, error: fault(error), pending: parser.pending };
  }
  return { frames, error: undefined, pending: parser.pending };
}

export function readAll(bytes: Buffer, options?: FrameParserOptions): Frame[] {
  const parser = new FrameParser(options);
  parser.write(bytes);
  const frames: Frame[] = [];
  for (let frame = parser.read(); frame !== null; frame = parser.read()) frames.push(frame);
  return frames;
}

/** The body as latin1, so that every byte shows; the headers are copied. */
export function plain(frame: Frame): PlainFrame {
  return {
    command: frame.command,
    pairs: [...frame.headers.pairs],
    body: Buffer.from(frame.body).toString('latin1'),
  };
}

function fault({ code, limit }: FrameError): { code: string; limit?: string } {
  return limit === undefined ? { code } : { code, limit };
}

/** Without content-length, which is the writer's own to give. */
export function withoutLength(frame: PlainFrame): PlainFrame {
  const pairs = frame.pairs.filter((_, at) => frame.pairs[at - (at % 2)] !== 'content-length');
  return { ...frame, pairs };
}

/** Copies, so that no chunk shares memory with another. */
export function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const sorted = positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...sorted].map((from, index) =>
    Buffer.from(bytes.subarray(from, sorted[index] ?? bytes.length)),
  );
}

export function byteByByte(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]));
}
