// Which web pages may connect: same origin or a listed one, and a Host that no stranger's name server chose.
import { isIP } from 'node:net';

/** What a request says of where it comes from and whom it means. */
export interface OriginFacts {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly secure: boolean;
}

/** Tells why a request is refused, or `undefined` when it may pass. */
export type OriginGuard = (facts: OriginFacts) => string | undefined;

/**
 * Builds the guard. A request without an `Origin` comes from no web page and passes; the `Host` must be
 * an address, a loopback name or the host of a listed origin, so that a page cannot reach a local
 * server by pointing its own name at 127.0.0.1 (DNS rebinding).
 *
 * @param origins - `https://a.example`, `https://*.a.example` or `*`
 * @param ownHost - the name the server listens on; it counts as listed
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { originGuard } from 'stompwire/sockjs';
 *
 * const guard = originGuard(['https://chat.example'], '127.0.0.1');
 * const ask = { host: '127.0.0.1:8080', secure: false };
 * assert.equal(guard({ ...ask, origin: 'https://chat.example' }), undefined);
 * assert.notEqual(guard({ ...ask, origin: 'https://elsewhere.example' }), undefined);
 * ```
 */
export function originGuard(origins: readonly string[], ownHost: string): OriginGuard {
  const any = origins.includes('*');
  const listed = origins.filter((origin) => origin !== '*').map(matcher);
  const hosts = [...listed.map((one) => one.host), matchesName(ownHost)];
  return ({ origin, host, secure }) => {
    const name = hostName(host ?? '');
    if (!any && !isOwnName(name) && !hosts.some((matches) => matches(name))) {
      return `host '${name}' is neither an address, nor a loopback name, nor that of an origin that --origin lists`;
    }
    if (origin === undefined || any || isSameOrigin(origin, host, secure)) return undefined;
    if (listed.some((one) => one.origin(origin))) return undefined;
    return `origin '${origin.slice(0, 200)}' is not allowed; --origin lists those that are`;
  };
}

interface Matcher {
  origin(origin: string): boolean;
  host(name: string): boolean;
}

function matcher(listed: string): Matcher {
  const [, scheme = '', wildcard, rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/(\*\.)?(.*)$/i.exec(listed.toLowerCase()) ?? [];
  const name = hostName(rest);
  if (wildcard === undefined)
    return { origin: (origin) => origin.toLowerCase() === listed.toLowerCase(), host: matchesName(name) };
  return {
    origin: (origin) =>
      origin.toLowerCase().startsWith(`${scheme}://`) && origin.toLowerCase().endsWith(`.${rest}`),
    host: (host) => host.endsWith(`.${name}`),
  };
}

function matchesName(name: string): (host: string) => boolean {
  const wanted = name.toLowerCase();
  return (host) => host === wanted;
}

function isSameOrigin(origin: string, host: string | undefined, secure: boolean): boolean {
  return (
    host !== undefined && origin.toLowerCase() === `${secure ? 'https' : 'http'}://${host.toLowerCase()}`
  );
}

/** The name in a Host header, without port and brackets. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase();
}

function isOwnName(name: string): boolean {
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost');
}
