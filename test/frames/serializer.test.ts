// What is written, what is refused, and what is replaced; the golden frames show the rest.
import { describe, expect, it } from 'vitest';
import {
  type Command,
  encodeHeader,
  encodeHeaderLeniently,
  Headers,
  type OutgoingFrame,
  serializeFrame,
  type Version,
} from '../../frames/index.ts';

const written = (
  command: Command,
  pairs: string[],
  body?: Buffer | string,
  version: Version = '1.2',
): string => {
  const frame: OutgoingFrame = { command, headers: new Headers(pairs), ...(body !== undefined && { body }) };
  return serializeFrame(frame, version).toString('utf8');
};

describe('content-length', () => {
  it('counts the bytes of a text and of a buffer alike', () => {
    const expected = 'SEND\na:한\ncontent-length:10\n\n한글😀\0';
    expect(written('SEND', ['a', '한'], '한글😀')).toBe(expected);
    expect(written('SEND', ['a', '한'], Buffer.from('한글😀'))).toBe(expected);
  });

  it('replaces what was given, in its place, and once', () => {
    const pairs = ['a', '1', 'content-length', '99', 'b', '2', 'content-length', '98'];
    expect(written('MESSAGE', pairs, 'hi')).toBe('MESSAGE\na:1\ncontent-length:2\nb:2\n\nhi\0');
  });

  it('stands on the commands that may have a body even without one', () => {
    for (const command of ['SEND', 'MESSAGE', 'ERROR'] as const) {
      expect(written(command, [])).toBe(`${command}\ncontent-length:0\n\n\0`);
    }
  });

  it('stands on no other without a body, even when given', () => {
    expect(written('RECEIPT', ['content-length', '5', 'receipt-id', '1'])).toBe(
      'RECEIPT\nreceipt-id:1\n\n\0',
    );
    expect(written('ACK', ['id', '1'], Buffer.alloc(0))).toBe('ACK\nid:1\n\n\0');
    expect(written('ACK', ['id', '1'], 'x')).toBe('ACK\nid:1\ncontent-length:1\n\nx\0');
  });

  it('does not change the given headers', () => {
    const headers = new Headers(['content-length', '99']);
    serializeFrame({ command: 'SEND', headers, body: 'hi' }, '1.2');
    expect(headers.pairs).toEqual(['content-length', '99']);
  });
});

it('bytes of a body are written as they are', () => {
  const body = Buffer.from([0, 255, 128, 10, 0]);
  const bytes = serializeFrame({ command: 'SEND', headers: new Headers(), body }, '1.2');
  expect(bytes.subarray(-6)).toEqual(Buffer.concat([body, Buffer.from([0])]));
});

it('the frames of the handshake are not escaped, and refuse what would need it', () => {
  expect(written('CONNECT', ['login', 'a\\b:c'])).toBe('CONNECT\nlogin:a\\b:c\n\n\0');
  expect(written('STOMP', ['login', 'a:b'])).toBe('STOMP\nlogin:a:b\n\n\0');
  expect(written('CONNECTED', ['user-name', 'a:b'])).toBe('CONNECTED\nuser-name:a:b\n\n\0');
  expect(() => written('CONNECTED', ['user-name', 'a\nadmin:true'])).toThrow(
    /cannot carry "\\n" in header "user-name"/,
  );
});

describe('a header that a version cannot carry', () => {
  it.each([
    ['1.0', 'a', 'b\nc', 'a:b c\n'],
    ['1.0', 'a', 'b\r\nc', 'a:b  c\n'],
    ['1.0', 'a\nb', 'c', 'a b:c\n'],
    ['1.0', 'a:b', 'c:d', 'a_b:c:d\n'],
    ['1.0', '', 'b', '_:b\n'],
    ['1.1', 'a', 'b\rc', 'a:b c\n'],
    ['1.1', 'a\r', 'b:c', 'a :b\\cc\n'],
    ['1.1', '', 'b', '_:b\n'],
    ['1.2', '', 'b', '_:b\n'],
    ['1.2', 'a', 'b\0\nc', 'a:b \\nc\n'],
    ['1.2', 'a', 'b\ud800', 'a:b\ufffd\n'],
    ['1.2', 'a\ud83d', '\ude00', 'a\ufffd:\ufffd\n'],
  ] as const)('is refused or replaced in %s: %j, %j', (version, name, value, replaced) => {
    expect(() => encodeHeader(name, value, version)).toThrow(
      expect.objectContaining({ code: 'unencodable-header' }),
    );
    expect(encodeHeaderLeniently(name, value, version)).toBe(replaced);
  });

  it('is named without its value', () => {
    expect(() => encodeHeader('passcode', 'SECRET\n', '1.0')).toThrow(
      'header cannot be written: STOMP 1.0 cannot carry "\\n" in header "passcode"',
    );
  });
});

it.each([
  ['1.0', 'a', 'b:c\\d', 'a:b:c\\d\n'],
  ['1.1', 'a:b', 'c\nd', 'a\\cb:c\\nd\n'],
  ['1.2', 'a', 'b\rc\\', 'a:b\\rc\\\\\n'],
  ['1.2', '한', '😀', '한:😀\n'],
  ['1.2', 'a', '', 'a:\n'],
] as const)(
  'both ways write the same where the version can carry it: %s %j %j',
  (version, name, value, line) => {
    expect(encodeHeader(name, value, version)).toBe(line);
    expect(encodeHeaderLeniently(name, value, version)).toBe(line);
  },
);
