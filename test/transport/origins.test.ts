// The origin guard: which pages may connect, and which names a request may have been sent to.
import { describe, expect, it } from 'vitest';
import { originGuard } from '../../src/transport/origins.ts';

function passes(
  origins: readonly string[],
  host: string | undefined,
  origin?: string,
  { secure = false, ownHost = '127.0.0.1' } = {},
): boolean {
  return originGuard(origins, ownHost)({ origin, host, secure }) === undefined;
}

describe('the host of a request', () => {
  it.each([
    '127.0.0.1:8080',
    '10.1.2.3',
    '[::1]:8080',
    '[::1]',
    'localhost',
    'LOCALHOST:80',
    'a.localhost:1',
  ])('may be an address or a loopback name, such as %s', (host) => {
    expect(passes([], host)).toBe(true);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '',
    undefined,
  ])('may be no name that a stranger chose, such as %s', (host) => {
    expect(passes([], host)).toBe(false);
  });

  it('may be the name that the server listens on, or that of a listed origin', () => {
    expect(passes([], 'chat.example:8080', undefined, { ownHost: 'Chat.Example' })).toBe(true);
    expect(passes(['https://chat.example'], 'chat.example')).toBe(true);
    expect(passes(['https://*.chat.example'], 'a.chat.example')).toBe(true);
    expect(passes(['https://*.chat.example'], 'chat.example')).toBe(false);
    expect(passes(['https://*.chat.example'], 'evilchat.example')).toBe(false);
    expect(passes(['*'], 'anything.example')).toBe(true);
  });
});

describe('the origin of a page', () => {
  it('may be the same as that of the server', () => {
    expect(passes([], 'localhost:8080', 'http://localhost:8080')).toBe(true);
    expect(passes([], 'localhost', 'https://localhost', { secure: true })).toBe(true);
    expect(passes([], 'LocalHost', 'http://LOCALHOST')).toBe(true);
  });

  it('is another one with another scheme, port or name', () => {
    expect(passes([], 'localhost:8080', 'https://localhost:8080')).toBe(false);
    expect(passes([], 'localhost:8080', 'http://localhost:8081')).toBe(false);
    expect(passes([], 'localhost:8080', 'http://evil.example')).toBe(false);
    expect(passes([], 'localhost:8080', 'null')).toBe(false);
  });

  it('may be a listed one, by its name or by a wildcard', () => {
    const listed = ['https://chat.example', 'http://localhost:3000', 'https://*.apps.example:8443'];
    const from = (origin: string): boolean => passes(listed, '127.0.0.1', origin);
    expect(
      ['https://chat.example', 'http://localhost:3000', 'https://a.b.apps.example:8443'].map(from),
    ).toEqual([true, true, true]);
    const refused = [
      'http://chat.example',
      'https://chat.example:444',
      'https://chat.example.evil.example',
      'https://a.apps.example',
      'https://apps.example:8443',
      'https://evilapps.example:8443',
      'http://a.apps.example:8443',
    ];
    expect(refused.filter(from)).toEqual([]);
  });

  it('may be any when * is listed, and is needed by nobody: programs send none', () => {
    expect(passes(['*'], 'a.example', 'null')).toBe(true);
    expect(passes([], '127.0.0.1')).toBe(true);
  });

  it('is told when it is refused, as is the mend', () => {
    expect(originGuard([], 'x')({ origin: 'http://evil.example', host: 'x', secure: false })).toBe(
      "origin 'http://evil.example' is not allowed; --origin lists those that are",
    );
    expect(originGuard([], 'x')({ origin: undefined, host: 'evil', secure: false })).toMatch(/^host 'evil'/);
  });
});
