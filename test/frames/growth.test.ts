// A frame in many pieces costs in proportion to its length, counted in bytes looked at and bytes copied.
import { describe, expect, it } from 'vitest';
import { FrameParser } from '../../frames/index.ts';

interface Work {
  looked: number;
  copied: number;
}

/** The same bytes, counting each that is read, searched or moved; the parser cannot tell. */
function counted(bytes: Buffer, work: Work): Buffer {
  const count = (name: string, parameters: unknown[]): void => {
    const [first, second, third, fourth] = parameters as [Buffer, number, number, number];
    if (name === 'copy') work.copied += fourth - third;
    if (name === 'set') work.copied += first.length;
    if (name === 'toString') work.looked += third - second;
    if (name === 'subarray') work.looked += second - Number(first);
    if (name === 'indexOf') work.looked += bytes.length - second;
  };
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d/.test(key)) work.looked++;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        count(String(key), parameters);
        return Reflect.apply(value, target, parameters);
      };
    },
  });
}

/** Feeds the pieces, each time putting a counting buffer in the place of the one that the parser holds. */
function workOf(frame: Buffer, pieceBytes: number): Work {
  const work: Work = { looked: 0, copied: 0 };
  const parser = new FrameParser({ limits: { frameBytes: 1_000_000, headerLineBytes: 1_000_000 } });
  const inside = parser as unknown as { bytes: Buffer };
  const seen = new WeakSet<Buffer>();
  let frames = 0;
  for (let at = 0; at < frame.length; at += pieceBytes) {
    parser.write(frame.subarray(at, at + pieceBytes));
    if (!seen.has(inside.bytes)) inside.bytes = counted(inside.bytes, work);
    seen.add(inside.bytes);
    if (parser.read() !== null) frames++;
  }
  expect(frames).toBe(1);
  return work;
}

const size = 16_384;
const filler = 'x'.repeat(size);

describe.each([
  ['a long header line', `SEND\na:${filler}\n\n\0`],
  ['many header lines', `SEND\n${'abc:0123456789\n'.repeat(60)}\n\0`],
  ['a body up to NUL', `SEND\n\n${filler}\0`],
  ['a body of known length', `SEND\ncontent-length:${size}\n\n${filler}\0`],
])('%s', (_, text) => {
  it.each([1, 7, 100])('in pieces of %d bytes', (pieceBytes) => {
    const frame = Buffer.from(text);
    const { looked, copied } = workOf(frame, pieceBytes);
    expect(copied).toBeGreaterThan(frame.length * 0.9);
    expect(copied).toBeLessThan(frame.length * 4);
    expect(looked).toBeLessThan(frame.length * 8);
  });
});
