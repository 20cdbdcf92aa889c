// Records as lines: whatever a record holds comes back, and what is no record is named without being quoted.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineOf, linesIn, recordIn } from '../../src/history/record-lines.ts';
import type { LogRecord } from '../../src/message/record.ts';

const anyText = fc.string({ unit: 'binary' });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const records: fc.Arbitrary<LogRecord> = fc.record({
  destination: fc.string({ unit: 'binary', minLength: 1 }),
  epoch: fc.maxSafeNat(),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  time: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  sender: maybe(anyText),
  contentType: maybe(anyText),
  headers: fc.array(fc.tuple(anyText, anyText)).map((pairs) => pairs.flat()),
  body: fc.oneof(fc.uint8Array(), anyText).map((bytes) => Buffer.from(bytes as string)),
  key: maybe(anyText),
  tombstone: maybe(fc.constantFrom('redacted' as const, 'poisoned' as const)),
});

async function linesOf(...chunks: string[]): Promise<string[]> {
  const found: string[] = [];
  async function* bytes(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  for await (const line of linesIn(bytes())) found.push(line.toString());
  return found;
}

const line = { destination: '/topic/a', epoch: 1, seq: 1, time: '2026-01-02T03:04:05.678Z', body: 'hi' };
const read = (change: object): LogRecord => recordIn(Buffer.from(JSON.stringify({ ...line, ...change })));

describe('a record on its line', () => {
  it('comes back as it was, on one line, whatever it holds', () => {
    fc.assert(
      fc.property(records, (record) => {
        const written = lineOf(record);
        expect(written.indexOf('\n')).toBe(written.length - 1);
        const { tombstone, ...rest } = recordIn(Buffer.from(written.slice(0, -1)));
        expect({ ...rest, tombstone }).toEqual(record);
      }),
    );
  });

  it('is readable: text as text, other bytes in base64, headers in pairs, time as ISO 8601', () => {
    const record = { ...read({}), sender: 'ann', headers: ['a', '1', 'a', '2'] };
    expect(JSON.parse(lineOf(record))).toEqual({
      ...line,
      sender: 'ann',
      headers: [
        ['a', '1'],
        ['a', '2'],
      ],
    });
    expect(JSON.parse(lineOf({ ...record, body: Buffer.of(0xff, 0) }))).toMatchObject({ bodyBase64: '/wA=' });
  });

  it.each([
    [{ epoch: -1 }, 'epoch must be >= 0'],
    [{ seq: 1.5 }, 'seq must be integer'],
    [{ seq: undefined }, "it must have required property 'seq'"],
    [{ time: 'yesterday' }, 'time must match pattern'],
    [{ time: '2026-13-02T03:04:05Z' }, 'time 2026-13-02T03:04:05Z is no time'],
    [{ headers: [['a']] }, 'headers.0 must NOT have fewer than 2 items'],
    [{ body: undefined }, 'it must have either body or bodyBase64'],
    [{ bodyBase64: '' }, 'it must have either body or bodyBase64'],
    [{ body: undefined, bodyBase64: '%' }, 'bodyBase64 must match pattern'],
    [{ tombstone: 'x' }, 'tombstone must be equal to one of the allowed values'],
    [{ colour: 'x' }, 'it must NOT have additional properties (colour)'],
  ])('is refused when it is %j', (change, why) => expect(() => read(change)).toThrow(why));

  it.each(['{"destination": secret}', '[]', 'null', ''])('is refused without being quoted: %s', (text) => {
    expect(() => recordIn(Buffer.from(text))).toThrow(/^(?!.*secret)/);
    expect(() => recordIn(Buffer.from(text))).toThrow(SyntaxError);
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => recordIn(Buffer.from(JSON.stringify({ ...line, body: 'é' }), 'latin1'))).toThrow('UTF-8');
  });
});

describe('lines', () => {
  it('end with a line feed alone, wherever the chunks do', async () => {
    expect(await linesOf('a\nb', 'c', 'd\n', '\n', 'e\u2028f\r\n', 'g')).toEqual([
      ...['a', 'bcd', '', 'e\u2028f\r', 'g'],
    ]);
    expect(await linesOf()).toEqual([]);
    expect(await linesOf('a\n')).toEqual(['a']);
  });
});
