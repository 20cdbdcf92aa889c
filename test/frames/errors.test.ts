// What an error says: the value, what is allowed, the limit; and never a credential.
import { describe, expect, it } from 'vitest';
import {
  clientCommands,
  FrameError,
  FrameParser,
  type FrameParserOptions,
  printable,
} from '../../frames/index.ts';

function refusal(text: string, options: FrameParserOptions = {}): FrameError {
  const parser = new FrameParser(options);
  parser.write(Buffer.from(text, 'latin1'));
  try {
    while (parser.read() !== null);
  } catch (error) {
    if (error instanceof FrameError) return error;
  }
  throw new Error(`${JSON.stringify(text)} was not refused`);
}

describe('an error', () => {
  it('shows the command line that came and the commands that may', () => {
    const { message } = refusal('GET /ws HTTP/1.1\r\nHost: a\r\n', { accepts: clientCommands });
    expect(message).toBe(
      'unknown command: "GET /ws HTTP/1.1"; expected CONNECT, STOMP, SEND, SUBSCRIBE, UNSUBSCRIBE, ' +
        'ACK, NACK, BEGIN, COMMIT, ABORT, DISCONNECT',
    );
  });

  it('escapes what is not printable and cuts what is long', () => {
    expect(refusal('\x16\x03\x01\x02').message).toContain('"\\x16\\x03\\x01\\x02"');
    expect(refusal('x'.repeat(500)).message).toContain(`"${'x'.repeat(40)}"...;`);
    expect(printable('"\\\t\x7f한')).toBe('"\\"\\\\\\x09\\x7f\\ud55c"');
    expect(printable('x'.repeat(40))).toBe(`"${'x'.repeat(40)}"`);
  });

  it.each([
    ['too-many-headers', 'headerCount', 3, 'SEND\na:1\nb:1\nc:1\nd:1\n'],
    ['header-too-long', 'headerLineBytes', 9, 'SEND\nabc:012345\n'],
    ['frame-too-large', 'frameBytes', 30, 'SEND\ncontent-length:9\n\n'],
  ] as const)('%s names the limit %s and its value %d', (code, limit, value, text) => {
    const error = refusal(text, { limits: { [limit]: value } });
    expect(error).toMatchObject({ code, limit, name: 'FrameError' });
    expect(error.message).toContain(`${limit}, which is ${value}`);
  });

  it('has no limit where none was crossed', () => {
    expect(refusal('SEND\n:\n\n\0').limit).toBeUndefined();
  });

  it.each([
    'passcode:SECRET\\x',
    'Authorization:Bearer SECRET\\x',
    'passcode:SEC\nRET',
    'passcode SECRET',
    'authorization Bearer SECRET',
    ' passcode SECRET',
    'passcode:SECRET\xff',
    'passcode:SECRET\r.',
    'passcode:SECRET\0',
    `passcode:SECRET${'.'.repeat(64)}`,
    `passcode SECRET${'.'.repeat(64)}`,
    ':SECRET',
    'proxy-authorization:Basic\nSECRET',
  ])('never holds a credential: %j', (line) => {
    const { message } = refusal(`SEND\n${line}\n\n\0`, { limits: { headerLineBytes: 64 } });
    expect(message).not.toMatch(/SEC|RET/);
  });

  it('shows an undefined escape, but not out of a credential', () => {
    expect(refusal('SEND\na:b\\tc\n\n\0').message).toContain('"\\\\t"; STOMP 1.2 defines');
    expect(refusal('SEND\npasscode:b\\tc\n\n\0').message).toBe(
      'undefined escape in a header: in header "passcode"',
    );
  });
});
