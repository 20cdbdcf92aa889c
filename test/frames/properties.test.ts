// What holds for all frames and for all bytes, checked on made-up ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeHeader,
  encodeHeaderLeniently,
  FrameError,
  serializeFrame,
  versions,
} from '../../frames/index.ts';
import {
  anyBytes,
  anyCuts,
  anyHeader,
  anyVersion,
  canCarry,
  smallLimits,
  writableFrame,
} from './generated.ts';
import { byteByByte, cutAt, outcomeOf, readAll, withoutLength } from './reading.ts';

describe.each(versions)('in STOMP %s', (version) => {
  it('every frame that can be written is read back the same, however it is cut', () => {
    const frames = fc.array(writableFrame(version), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frames, anyCuts, (written, cuts) => {
        const bytes = Buffer.concat(written.map((frame) => serializeFrame(frame, version)));
        const { error, frames: read, pending } = outcomeOf(cutAt(bytes, cuts), { version });
        expect({ error, pending }).toEqual({ error: undefined, pending: 0 });
        expect(read.map(withoutLength)).toEqual(
          written.map(({ command, headers, body = '' }) => ({
            command,
            pairs: headers.pairs,
            body: Buffer.from(body as Buffer).toString('latin1'),
          })),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('a header is refused by name or comes back as it was', () => {
    fc.assert(
      fc.property(anyHeader, ([name, value]) => {
        try {
          const line = encodeHeader(name, value, version);
          expect(headersOf(line, version)).toEqual([name, value]);
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
          expect(error.code).toBe('unencodable-header');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the lenient way always gives one good line, the strict one where that can', () => {
    fc.assert(
      fc.property(anyHeader, ([name, value]) => {
        const line = encodeHeaderLeniently(name, value, version);
        expect(headersOf(line, version)).toHaveLength(2);
        const [safeName = '', safeValue = ''] = headersOf(line, version);
        expect(encodeHeader(safeName, safeValue, version)).toBe(line);
        if (canCarry(name, value, version)) expect(encodeHeader(name, value, version)).toBe(line);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any bytes whatever', () => {
  it('end in frames or in one FrameError, the same however they are cut', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, anyVersion, (bytes, cuts, version) => {
        const whole = outcomeOf([bytes], { version });
        expect(outcomeOf(cutAt(bytes, cuts), { version })).toEqual(whole);
        expect(outcomeOf(byteByByte(bytes), { version })).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  it('cross a limit at the same place however they are cut', () => {
    fc.assert(
      fc.property(anyBytes, anyCuts, smallLimits, (bytes, cuts, limits) => {
        const whole = outcomeOf([bytes], { limits });
        expect(outcomeOf(cutAt(bytes, cuts), { limits })).toEqual(whole);
        expect(outcomeOf(byteByByte(bytes), { limits })).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });
});

/** Read from a frame that has this line alone; 1.0 also stands for CONNECT. */
function headersOf(line: string, version: (typeof versions)[number]): string[] {
  const [frame] = readAll(Buffer.from(`RECEIPT\n${line}\n\0`), { version });
  return frame!.headers.pairs;
}
