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

/** Mostly the first, the good ones; now and then one of those that break a rule or come close. */
function mostly(good: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const commandLine = mostly(
  ['SEND\n', 'CONNECT\n', 'MESSAGE\r\n', '\nACK\n', '\r\n\nCONNECTED\r\n'],
  ['', 'SENDER\n', 'CONNECTE', 'SEND\r', 'GET / HTTP/1.1\r\n', '\0', '\\n', 'send\n', 'SEND \n'],
);

const headerLine = mostly(
  ['a:b\n', 'a:b\r\n', 'c:\\n\\c\\\\\n', '한:글\n', 'd:\n', 'a:b:c\n', 'content-length:2\n'],
  [
    'a\n',
    ':b\n',
    'a:\\r\n',
    'a:\\t\n',
    'a:\\\n',
    'a:\r\r\n',
    'a:\0\n',
    '\xff:\n',
    'a:\xc3\n',
    'a:b',
    'content-length:x\n',
  ],
);

const rest = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('\n\0', '\r\n\0', '\n한\0', '\nhi\0', '\n\0\0\0', '\nhello\0', '\n\0\n\r\n'),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '\n', '\r', '\0', '\nhi', '\n\xff\0', '\r\r\n\0') },
);

const almostFrame = fc
  .tuple(commandLine, fc.array(headerLine, { maxLength: 5 }), rest)
  .map(([command, headers, end]) => Buffer.concat([command, ...headers, end].map(pieceBytes)));

/** Frames that are good or nearly so, one after the other, and random bytes. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 9, arbitrary: fc.array(almostFrame, { maxLength: 4 }).map((frames) => Buffer.concat(frames)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);

/** Pieces with one of these two hold a byte that is no UTF-8. */
function pieceBytes(piece: string): Buffer {
  return Buffer.from(piece, /[\xff\xc3]/.test(piece) ? 'latin1' : 'utf8');
}

/** Small enough to be crossed by {@link anyBytes}. */
export const smallLimits: fc.Arbitrary<FrameLimits> = fc.record({
  frameBytes: fc.integer({ min: 1, max: 80 }),
  headerCount: fc.integer({ min: 0, max: 4 }),
  headerLineBytes: fc.integer({ min: 1, max: 24 }),
});

export const anyCuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
