// Where a token may stand, which place goes before which, and what a cookie needs besides.
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/auth/refusal.ts';
import type { StompwireError } from '../../src/errors.ts';
import { handshakeWith, type openRules, shown } from './shown.ts';

const page = { origin: 'https://chat.example' };
const everywhere = handshakeWith(
  {
    ...page,
    'sec-websocket-protocol': 'v12.stomp, bearer.from-subprotocol',
    authorization: 'Bearer from-handshake',
    cookie: 'a=1; token=from-cookie; b=2',
  },
  '?a=1&access_token=from-query',
);
const nowhere = { authCookie: undefined, authQuery: undefined, authSubprotocol: undefined } as never;

describe('the token', () => {
  it('is the first that stands anywhere: said on purpose goes before added by the browser', () => {
    const headers = { Authorization: 'Bearer from-connect', passcode: 'from-passcode' };
    expect(shown(headers, everywhere).token()).toBe('from-connect');
    expect(shown({ passcode: 'from-passcode' }, everywhere).token()).toBe('from-passcode');
    expect(shown({}, everywhere).token()).toBe('from-subprotocol');
    const without = { authSubprotocol: undefined } as never;
    expect(shown({}, everywhere, without).token()).toBe('from-query');
    expect(shown({}, everywhere, nowhere).token()).toBe('from-handshake');
    expect(shown({}, handshakeWith({ ...page, cookie: 'token=from-cookie' })).token()).toBe('from-cookie');
  });

  it('is looked for in the configured places only', () => {
    const { authorization: _, ...headers } = everywhere.headers;
    expect(shown({}, { ...everywhere, headers }, nowhere).token()).toBeUndefined();
  });

  it('of a bad kind is not made good by another one elsewhere', () => {
    expect(() => shown({ Authorization: 'Basic a2ltOng=' }, everywhere).token()).toThrow('not accepted');
    expect(shown({ passcode: 'wrong' }, everywhere).token()).toBe('wrong');
  });

  it.each([
    ['Authorization', 'Bearer abc'],
    ['authorization', 'bearer   abc '],
    ['Authorization', 'BEARER abc'],
  ])('stands in %s: %s', (name, value) => {
    expect(shown({ [name]: value }).token()).toBe('abc');
  });

  it.each(['abc', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearerabc'])(
    'does not stand in Authorization: %s',
    (value) => {
      expect(() => shown({ Authorization: value }).token()).toThrow('not accepted');
    },
  );

  it('is nobody when nothing is shown, or empty', () => {
    expect(shown().token()).toBeUndefined();
    expect(
      shown({ passcode: '', Authorization: '' }, handshakeWith(page, '?access_token=')).token(),
    ).toBeUndefined();
    expect(
      shown({}, handshakeWith({ 'sec-websocket-protocol': 'v12.stomp, bearer.' })).token(),
    ).toBeUndefined();
    expect(shown({}, handshakeWith({ authorization: 'Basic a2ltOng=' })).token()).toBeUndefined();
  });
});

describe('headers of the CONNECT', () => {
  it('that come twice count once, the first of them', () => {
    const credentials = shown(['login', 'kim', 'login', 'admin', 'passcode', 'a', 'passcode', 'b']);
    expect([credentials.login, credentials.passcode, credentials.header('login')]).toEqual([
      'kim',
      'a',
      'kim',
    ]);
  });
});

describe('a cookie', () => {
  const cookie = (value: string, headers: object = page): string | undefined =>
    shown({}, handshakeWith({ ...headers, cookie: value })).cookie('token');

  it.each([
    ['a=1; token=abc; token=second', 'abc'],
    ['token="abc"', 'abc'],
    ['token=a%20b', 'a b'],
    ['token=%zz', '%zz'],
    ['token=a=b', 'a=b'],
    [' token = abc ', 'abc'],
    ['nottoken=x; Token=y', undefined],
    ['token', undefined],
    ['', undefined],
  ])('is read from "%s"', (header, value) => {
    expect(cookie(header)).toBe(value);
  });

  it.each<[string, object, Partial<typeof openRules>]>([
    ['without an Origin', {}, {}],
    ['with the Origin null', { origin: 'null' }, {}],
    ['from another page', { origin: 'https://evil.example' }, {}],
    ['from a page that only begins alike', { origin: 'https://chat.example.evil.example' }, {}],
    ['from any page where all may connect', { origin: 'https://evil.example' }, { origins: ['*'] }],
    ['from the same host over another scheme', { origin: 'https://127.0.0.1' }, {}],
  ])('%s is not read: the client is refused, the log knows why', (_, headers, rules) => {
    const credentials = shown({}, handshakeWith({ ...headers, cookie: 'token=abc' }), rules);
    for (const read of [() => credentials.cookie('token'), () => credentials.token()]) {
      expect(read).toThrow(expect.objectContaining({ code: 'authentication-failed' }));
      expect(read).toThrow('the credentials were not accepted');
    }
  });

  it('is read by our own page, and by a listed one', () => {
    expect(cookie('token=abc', { origin: 'http://127.0.0.1' })).toBe('abc');
    expect(cookie('token=abc', { origin: 'https://chat.example' })).toBe('abc');
  });

  it('that is not there asks nobody where they come from', () => {
    expect(cookie('other=abc', { origin: 'https://evil.example' })).toBeUndefined();
    expect(shown().cookie('token')).toBeUndefined();
  });
});

describe('a cookie that must be repeated', () => {
  const rules = { csrfCookie: 'XSRF-TOKEN' };
  const withCookies = (cookie: string): ReturnType<typeof handshakeWith> =>
    handshakeWith({ ...page, cookie });

  it('is read when the CONNECT repeats its partner', () => {
    const handshake = withCookies('token=abc; XSRF-TOKEN=r4nd0m');
    expect(shown({ 'X-CSRF-TOKEN': 'r4nd0m' }, handshake, rules).token()).toBe('abc');
    expect(shown({ mine: 'r4nd0m' }, handshake, { ...rules, csrfHeader: 'mine' }).token()).toBe('abc');
  });

  it.each<[string, string, Record<string, string>]>([
    ['nothing is repeated', 'XSRF-TOKEN=r4nd0m', {}],
    ['something else is', 'XSRF-TOKEN=r4nd0m', { 'X-CSRF-TOKEN': 'r4nd0n' }],
    ['a part of it is', 'XSRF-TOKEN=r4nd0m', { 'X-CSRF-TOKEN': 'r4nd0' }],
    ['there is no partner', 'x=y', { 'X-CSRF-TOKEN': 'r4nd0m' }],
    ['the partner is empty', 'XSRF-TOKEN=', { 'X-CSRF-TOKEN': '' }],
  ])('is not read when %s', (_, cookies, headers) => {
    const credentials = shown(headers, withCookies(`token=abc; ${cookies}`), rules);
    let refused: unknown;
    try {
      credentials.token();
    } catch (error) {
      refused = error;
    }
    expect(reasonOf(refused as StompwireError)).toBe('X-CSRF-TOKEN is not the value of its cookie');
  });

  it('does not make a page ours that is none', () => {
    const handshake = handshakeWith({ origin: 'https://evil.example', cookie: 'token=abc; XSRF-TOKEN=r' });
    expect(() => shown({ 'X-CSRF-TOKEN': 'r' }, handshake, rules).token()).toThrow('not accepted');
  });
});
