// Pages of the origins that the options list may read what the chat answers [Fetch, CORS protocol].
import type { FastifyRequest } from 'fastify';

const allowed = Object.freeze({
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match, last-event-id',
  'access-control-expose-headers': 'etag, link, location, retry-after',
  'access-control-max-age': '600',
});

/** The headers of an answer; the guard of the server has let the origin in. Cookies stay at home. */
export function crossOrigin({ headers }: FastifyRequest, origins: readonly string[]): Record<string, string> {
  const { origin } = headers;
  const vary = { vary: 'Origin' };
  if (origin === undefined || !origins.some((listed) => isListed(origin, listed))) return vary;
  return { ...vary, ...allowed, 'access-control-allow-origin': origin };
}

/**
 * Whether another page embeds this, as an image or a script: such a request names no origin that could be let in, and goes
 * in the name of whoever looks at that page [Fetch Metadata].
 */
export function isEmbedded({ headers }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  return origin === undefined && mode === 'no-cors' && (site === 'cross-site' || site === 'same-site');
}

/** `https://a.example`, `https://*.a.example` or `*`, as the option `origins` has them. */
function isListed(origin: string, listed: string): boolean {
  if (listed === '*') return true;
  const [scheme, name] = listed.toLowerCase().split('://*.');
  const asked = origin.toLowerCase();
  if (name === undefined) return asked === scheme;
  return asked.startsWith(`${scheme}://`) && asked.endsWith(`.${name}`);
}
