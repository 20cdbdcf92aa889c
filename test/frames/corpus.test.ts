// The golden frames, each tested as parse, serialize, mirror, and cut at every byte.
import { describe, expect, it } from 'vitest';
import { frameErrors, serializeFrame } from '../../frames/index.ts';
import { goldenCases, goldenNames } from './golden.ts';
import { byteByByte, cutAt, outcomeOf, plain, readAll, withoutLength } from './reading.ts';

describe('the golden corpus', () => {
  it('has at least 120 cases, each a pair of files with a number of its own', () => {
    const names = goldenNames('.json');
    expect(goldenNames('.frame')).toEqual(names);
    expect(names.length).toBeGreaterThanOrEqual(120);
    expect(new Set(names.map((name) => name.slice(0, 3))).size).toBe(names.length);
  });

  it('shows every error of reading', () => {
    const shown = new Set(goldenCases.map(({ expected }) => expected.error?.code));
    const notOfReading = ['missing-header', 'version-mismatch', 'bad-heart-beat', 'unencodable-header'];
    for (const code of Object.keys(frameErrors))
      expect(shown.has(code), code).toBe(!notOfReading.includes(code));
  });

  it('says what each case shows, and gives a reason with every one that is not canonical', () => {
    for (const { name, expectation } of goldenCases) {
      expect(expectation.about, name).toBeTruthy();
      expect(expectation.canonical === false, name).toBe(expectation.reason !== undefined);
    }
  });
});

describe.each(goldenCases)('$name', ({ bytes, canonical, expected, options, toWrite, version }) => {
  it('parses as expected', () => {
    expect(outcomeOf([bytes], options)).toEqual(expected);
  });

  it('serializes to the same bytes when canonical, to others when not', () => {
    if (expected.error !== undefined || expected.pending > 0) return;
    const written = Buffer.concat(toWrite.map((frame) => serializeFrame(frame, version)));
    expect(written.toString('latin1') === bytes.toString('latin1')).toBe(canonical);
  });

  it('is read the same again after it was written', () => {
    const written = Buffer.concat(toWrite.map((frame) => serializeFrame(frame, version)));
    const again = readAll(written, { version }).map(plain).map(withoutLength);
    expect(again).toEqual(expected.frames.map(withoutLength));
  });

  it('has the same outcome cut at every byte', () => {
    for (let at = 0; at <= bytes.length; at++)
      expect(outcomeOf(cutAt(bytes, [at]), options)).toEqual(expected);
  });

  it('has the same outcome byte by byte', () => {
    expect(outcomeOf(byteByByte(bytes), options)).toEqual(expected);
  });
});
