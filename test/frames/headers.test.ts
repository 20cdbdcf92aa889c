// Escaping per version; the golden frames show it on the wire.
import { describe, expect, it } from 'vitest';
import { escapeHeader, escapingOf, unescapeHeader } from '../../frames/index.ts';

const special = 'a\\b\nc:d\re';

describe('escaping', () => {
  it('does nothing in 1.0', () => {
    expect(escapeHeader(special, '1.0')).toBe(special);
    expect(unescapeHeader('a\\tb\\', '1.0')).toBe('a\\tb\\');
  });

  it('leaves the carriage return alone in 1.1', () => {
    expect(escapeHeader(special, '1.1')).toBe('a\\\\b\\nc\\cd\re');
    expect(unescapeHeader('a\\\\b\\nc\\cd', '1.1')).toBe('a\\b\nc:d');
  });

  it('knows all four in 1.2', () => {
    expect(escapeHeader(special, '1.2')).toBe('a\\\\b\\nc\\cd\\re');
    expect(unescapeHeader('a\\\\b\\nc\\cd\\re', '1.2')).toBe(special);
  });

  it('refuses what a version does not define, and says what it does', () => {
    expect(() => unescapeHeader('a\\rb', '1.1')).toThrow(/"\\\\r"; STOMP 1\.1 defines \\\\ \\n \\c$/);
    expect(() => unescapeHeader('a\\tb', '1.2')).toThrow(/"\\\\t"; STOMP 1\.2 defines \\\\ \\n \\r \\c$/);
    expect(() => unescapeHeader('a\\', '1.2')).toThrow(/"\\\\";/);
    expect(() => unescapeHeader('a\\\n', '1.2')).toThrow(/"\\\\\\n";/);
    expect(() => unescapeHeader('a\\toString', '1.2')).toThrow(/"\\\\t"/);
  });

  it('is switched off for the frames of the handshake', () => {
    const never = (['CONNECT', 'STOMP', 'CONNECTED'] as const).map((command) => escapingOf(command, '1.2'));
    expect(never).toEqual(['1.0', '1.0', '1.0']);
    expect(escapingOf('MESSAGE', '1.1')).toBe('1.1');
  });
});
