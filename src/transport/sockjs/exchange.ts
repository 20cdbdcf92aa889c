// One request and its answer: which headers go with it, and the plain answers that many places give.
import { Buffer } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Handshake } from '../transport.ts';

export const oneYear = 31_536_000;

/** What may not be kept, such as messages that come by GET. */
export const notCached = Object.freeze({
  'Cache-Control': 'no-store, no-cache, must-revalidate, max-age=0',
});

/** What may be kept for long. */
export function cachedForLong(now: number = Date.now()): OutgoingHttpHeaders {
  const expires = new Date(now + oneYear * 1000).toUTCString();
  return { 'Cache-Control': `public, max-age=${oneYear}`, Expires: expires };
}

/** A request under the endpoint's prefix, let in by the guard. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly handshake: Handshake;
  /** The headers for pages of other origins, which go with every answer. */
  readonly cors: OutgoingHttpHeaders;
}

/** Answers at once. */
export function answer(
  { response, cors }: Exchange,
  status: number,
  headers: OutgoingHttpHeaders = {},
  body: string | Buffer = '',
): void {
  if (response.destroyed) return;
  const bodiless = status === 204 || status === 304;
  const length = bodiless ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...cors, ...headers, ...length });
  response.end(body);
}

/** Answers in words. */
export function say(
  exchange: Exchange,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  answer(exchange, status, { ...headers, 'Content-Type': 'text/plain; charset=UTF-8' }, text);
}

/** Whether the method is one of `allow`; if not, the answer says which are [RFC 9110, 15.5.6]. */
export function allows(exchange: Exchange, allow: string): boolean {
  if (allow.split(', ').includes(exchange.request.method ?? '')) return true;
  answer(exchange, 405, { Allow: allow });
  return false;
}

/** Answers a browser that asks before it sends [Fetch, CORS-preflight]. */
export function answerPreflight(exchange: Exchange, allow: string, headers: OutgoingHttpHeaders = {}): void {
  answer(exchange, 204, {
    ...headers,
    ...cachedForLong(),
    'Access-Control-Allow-Methods': allow,
    'Access-Control-Max-Age': oneYear,
  });
}

/**
 * Lets the page that asked read the answer, cookies included; the guard has let it in already. With any
 * origin allowed, a page without one (`null`, a file) gets the star, with which browsers send no cookie.
 */
export function corsHeaders({ headers }: IncomingMessage, anyOrigin: boolean): OutgoingHttpHeaders {
  const { origin } = headers;
  const named = origin !== undefined && origin !== 'null' ? origin : anyOrigin ? '*' : undefined;
  if (named === undefined) return { Vary: 'Origin' };
  const asked = headers['access-control-request-headers'];
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': named,
    'Access-Control-Allow-Credentials': 'true',
    ...(asked && { 'Access-Control-Allow-Headers': asked }),
  };
}

/** The cookie by which a balancer knows its server again; the client's own comes back unchanged. */
export function stickyCookie({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const [, value = 'dummy'] = /(?:^|;\s*)JSESSIONID=([^;,\s"\\]{1,256})/.exec(headers.cookie ?? '') ?? [];
  return { 'Set-Cookie': `JSESSIONID=${value}; path=/` };
}
