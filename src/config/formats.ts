// The texts that options accept, each as a named predicate for the schema.
import { isIP } from 'node:net';
import { splitHostAndPort } from './host-port.ts';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;
const PATH = /^(\/[A-Za-z0-9._~@:+=-]+)+$/;
const DOTS_ONLY = /\/\.{1,2}(\/|$)/;
const SCHEME_OR_URL = /^[a-z][a-z0-9+.-]*(:\/\/\S+)?$/;
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d+)?$/;
const NAMED_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isHost(text: string): boolean {
  return isIP(text) !== 0 || HOST_NAME.test(text);
}

function isPath(text: string): boolean {
  return PATH.test(text) && !DOTS_ONLY.test(text);
}

/** `/health` and what is under it answer the service's own health checks. */
function isEndpoint(text: string): boolean {
  return isPath(text) && text !== '/health' && !text.startsWith('/health/');
}

/** Browsers send an origin in one spelling only; another spelling would never match anything. */
function isOrigin(text: string): boolean {
  if (text === '*') return true;
  const sample = text.replace('://*.', '://any.');
  const parsed = URL.parse(sample);
  if (parsed === null || sample.includes('*')) return false;
  const web = parsed.protocol === 'https:' || parsed.protocol === 'http:';
  return web ? parsed.origin === sample : APP_ORIGIN.test(sample);
}

/** An address, a network (`10.0.0.0/8`), or a name that the proxy rules know. */
function isProxyAddress(text: string): boolean {
  if (NAMED_RANGES.has(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** The names that schemas may use as `format`. */
export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'not-empty': (text) => text.trim() !== '',
  'one-word': (text) => /^\S+$/.test(text),
  host: isHost,
  path: isPath,
  endpoint: isEndpoint,
  'scheme-or-url': (text) => SCHEME_OR_URL.test(text),
  origin: isOrigin,
  'proxy-address': isProxyAddress,
  'host-and-port': (text) => {
    const address = splitHostAndPort(text);
    return address !== undefined && isHost(address.host);
  },
};
