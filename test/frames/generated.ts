// Frames and bytes made up by fast-check: what can be written, and what should never have been.
import fc from 'fast-check';
import {
  type Command,
  clientCommands,
  encodeHeader,
  escapingOf,
  type FrameLimits,
  Headers,
  type OutgoingFrame,
  serverCommands,
  type Version,
  versions,
} from '../../frames/index.ts';

const commands = [...clientCommands, ...serverCommands] as Command[];

/** Text with everything that some version has to escape; sometimes any characters, never half a pair. */
const headerText = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'b', ':', '\\', '\n', '\r', 'n', 'c', 'r', ' ', '한', '😀', '\ufffd'),
  }),
  fc.string({ unit: 'binary' }),
);

export const anyVersion = fc.constantFrom(...versions);

/** Any two strings, even those that no version can carry. */
export const anyHeader = fc.tuple(
  fc.oneof(headerText, fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\udc00', ':', '\r') })),
  fc.oneof(headerText, fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\udc00', ':', '\r') })),
);

export function canCarry(name: string, value: string, version: Version): boolean {
  try {
    return encodeHeader(name, value, version).length > 0;
  } catch {
    return false;
  }
}

/** A frame that the version can carry, with a body of any bytes. */
export function writableFrame(version: Version): fc.Arbitrary<OutgoingFrame> {
  return fc.constantFrom(...commands).chain((command) => {
    const header = fc
      .tuple(headerText, headerText)
      .filter(
        ([name, value]) => name !== 'content-length' && canCarry(name, value, escapingOf(command, version)),
      );
    return fc.record({
      command: fc.constant(command),
      headers: fc.array(header, { maxLength: 8 }).map((headers) => new Headers(headers.flat())),
      body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    });
  });
}

/** Pieces of frames in any order, and random bytes: each rule of the parser is met by many of them. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ...[
          'SEND',
          'CONNECT',
          'CONNECTED',
          'ACK',
          'MESSAGE',
          'SEND\n',
          'SEND\n',
          'SUBSCRIBE\r\n',
          'SEND\na:b\n\n\0',
        ],
        ...[
          '\n',
          '\n',
          '\n\n',
          '\r',
          '\r\n',
          '\0',
          '\0',
          ':',
          '\\',
          '\\n',
          '\\c',
          '\\r',
          '\\t',
          'a',
          'b:c',
          'a:b\n',
        ],
        ...[
          'content-length:2\n',
          'content-length:',
          '3',
          '4',
          '한',
          '\xc3',
          '\xff',
          'passcode:x',
          'GET / HTTP/1.1',
        ],
      ),
      { maxLength: 24 },
    )
    .map((pieces) => Buffer.concat(pieces.map(pieceBytes))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

/** Two of the pieces are single bytes that are no UTF-8. */
function pieceBytes(piece: string): Buffer {
  return Buffer.from(piece, piece === '\xc3' || piece === '\xff' ? 'latin1' : 'utf8');
}

/** Small enough to be crossed by {@link anyBytes}. */
export const smallLimits: fc.Arbitrary<FrameLimits> = fc.record({
  frameBytes: fc.integer({ min: 1, max: 80 }),
  headerCount: fc.integer({ min: 0, max: 4 }),
  headerLineBytes: fc.integer({ min: 1, max: 24 }),
});

export const anyCuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
