// The envelope: what is put in comes out, and bytes that are no envelope are refused with a reason.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { Message } from '../../src/message/message.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { decodeMessage, decodeRecord, encodeMessage, encodeRecord } from '../../src/relay/envelope.ts';

const word = fc.string({ unit: 'grapheme', maxLength: 300 });
const perhaps = fc.option(word, { nil: undefined });
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));
const headers = fc.array(fc.tuple(word, word), { maxLength: 20 }).map((pairs) => pairs.flat());
const whole = fc.maxSafeNat();
const tombstone = fc.constantFrom('redacted' as const, 'poisoned' as const, undefined);

const record: fc.Arbitrary<LogRecord> = fc
  .record({
    ...{ destination: word, epoch: whole, seq: whole, time: whole, sender: perhaps, contentType: perhaps },
    ...{ headers, body: bytes, key: perhaps, tombstone },
  })
  .map(({ tombstone, ...rest }) => (tombstone === undefined ? rest : { ...rest, tombstone }));

const position = fc.option(fc.record({ epoch: whole, seq: whole }), { nil: undefined });
const message = fc
  .record({
    ...{ destination: word, id: word, body: bytes, headers, contentType: perhaps, excludes: perhaps },
    ...{ only: perhaps, address: word, position, time: whole, sender: perhaps },
  })
  .map((parts) => new Message(parts));

const at = { destination: '/topic/a', epoch: 1, seq: 1 };

/** Decodes, or says why not; anything but a StompwireError is a crash. */
function decoded(decode: () => LogRecord | Message): LogRecord | Message | string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof StompwireError && error.message.length > 10) return error.message;
    throw error;
  }
}

describe('the envelope', () => {
  it('gives back each record', () =>
    fc.assert(
      fc.property(record, (given) => {
        expect(decodeRecord(encodeRecord(given), given)).toEqual(given);
      }),
    ));

  it('gives back each message', () =>
    fc.assert(
      fc.property(message, (given) => {
        expect(decodeMessage(encodeMessage(given))).toEqual(given);
      }),
    ));

  it('is small: eleven bytes and one per text, beside what was given', () => {
    const given = { ...at, time: 1, sender: 'ann', contentType: undefined, key: undefined };
    expect(encodeRecord({ ...given, headers: [], body: Buffer.from('hello') })).toHaveLength(12 + 1 + 3 + 5);
  });

  it('holds texts that are larger than anything before them', () => {
    const headers = ['a', 'x'.repeat(100_000), 'b', '한'.repeat(100_000)];
    const given = { ...at, time: 1, sender: undefined, contentType: undefined, headers, key: 'k' };
    const whole = { ...given, body: Buffer.alloc(1_000_000, 7) };
    expect(decodeRecord(encodeRecord(whole), at)).toEqual(whole);
  });

  it('refuses what is cut off, at whatever byte', () =>
    fc.assert(
      fc.property(record, message, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, other, part) => {
        const cut = (whole: Buffer): Buffer => whole.subarray(0, Math.floor(whole.length * part));
        expect(decoded(() => decodeRecord(cut(encodeRecord(one)), at))).toBeTypeOf('string');
        expect(decoded(() => decodeMessage(cut(encodeMessage(other))))).toBeTypeOf('string');
      }),
    ));

  it('refuses what goes on behind its end', () =>
    fc.assert(
      fc.property(record, (given) => {
        const longer = Buffer.concat([encodeRecord(given), Buffer.of(0)]);
        expect(decoded(() => decodeRecord(longer, at))).toMatch(/the body has/);
      }),
    ));

  it('never fails in another way, whatever the bytes are', () =>
    fc.assert(
      fc.property(bytes, record, fc.nat(), fc.nat(255), (noise, given, where, what) => {
        for (const version of [0x11, 0x21]) {
          const began = Buffer.concat([Buffer.of(version), noise]);
          decoded(() => decodeRecord(began, at));
          decoded(() => decodeMessage(began));
        }
        const damaged = encodeRecord(given);
        damaged[where % damaged.length] = what;
        decoded(() => decodeRecord(damaged, at));
      }),
      { numRuns: 1000 },
    ));

  it.each([
    ['', /cut off before its flags/],
    ['12 00', /begins with 18, not with 17/],
    ['11 80', /flags 128 are not all known/],
    ['11 18', /two reasons/],
    ['11 00 7ff0000000000000', /time is no number/],
    ['11 01 3ff0000000000000 ffffffffffffff7f', /length of the sender is too large/],
    ['11 01 3ff0000000000000 8000', /length of the sender is padded/],
    ['11 01 3ff0000000000000 ffffffff07 61', /cut off within the sender/],
    ['11 01 3ff0000000000000 01 ff', /sender is not UTF-8/],
    ['11 00 3ff0000000000000 01 01 61 00', /a header has no value/],
    ['11 00 3ff0000000000000 feffffffffff0f 00', /cut off within the length of the header/],
  ])('says what is wrong with %s', (hex, reason) => {
    expect(decoded(() => decodeRecord(Buffer.from(hex.replaceAll(' ', ''), 'hex'), at))).toMatch(reason);
  });
});
