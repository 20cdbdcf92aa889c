// The guard against cross-site WebSockets: whether a handshake that carries a cookie comes from a page of ours.
import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { originGuard } from '../transport/origins.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import { cookieOf } from './cookies.ts';

/** Who counts as ours, and the token that a page of ours repeats; the names are the options' names. */
export interface OurPageOptions {
  readonly origins: readonly string[];
  readonly host: string;
  /** The cookie that a page of ours reads and repeats in `csrfHeader`; absent: the origin alone decides. */
  readonly csrfCookie: string | undefined;
  readonly csrfHeader: string;
}

/** What a page shows with its CONNECT. */
export interface PageFacts {
  readonly handshake: Handshake;
  readonly peer: Peer;
  header(name: string): string | undefined;
}

/** Tells why a page does not count as ours, or `undefined` when it does. */
export type OurPage = (facts: PageFacts) => string | undefined;

/**
 * Builds the guard. The `Origin` must be there and be our own or a listed one; `*` lists nobody, for any
 * page may ride on a cookie. With `csrfCookie` the CONNECT must repeat that cookie's value (the
 * double-submit pattern). A request by itself that reads may say `Sec-Fetch-Site: same-origin` in the place of an
 * `Origin` [Fetch Metadata]. Source: Spring Security's CSRF protection of its WebSocket messages.
 */
export function ourPage(options: OurPageOptions): OurPage {
  const guard = originGuard(
    options.origins.filter((origin) => origin !== '*'),
    options.host,
  );
  return (facts) => {
    const { origin, host } = facts.handshake.headers;
    if (origin === undefined && isOwnRequest(facts)) return tokenFault(facts, options);
    if (origin === undefined || origin === 'null') return 'the handshake with a cookie names no Origin';
    if (guard({ origin, host, secure: facts.peer.secure }) !== undefined)
      return 'the handshake with a cookie comes from an Origin that is neither our own nor listed';
    return tokenFault(facts, options);
  };
}

/** A browser sends no Origin with what a page only reads from its own server; no page can say this in its place. */
function isOwnRequest({ peer, handshake }: PageFacts): boolean {
  return peer.transport === 'http' && handshake.headers['sec-fetch-site'] === 'same-origin';
}

function tokenFault(facts: PageFacts, options: OurPageOptions): string | undefined {
  return repeatsToken(facts, options) ? undefined : `${options.csrfHeader} is not the value of its cookie`;
}

function repeatsToken(facts: PageFacts, { csrfCookie, csrfHeader }: OurPageOptions): boolean {
  if (csrfCookie === undefined) return true;
  const expected = cookieOf(facts.handshake, csrfCookie);
  const shown = facts.header(csrfHeader);
  return expected !== undefined && expected !== '' && shown !== undefined && isSame(shown, expected);
}

function isSame(shown: string, expected: string): boolean {
  const [one, other] = [Buffer.from(shown), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
