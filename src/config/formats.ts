// The texts that options accept, each as a named predicate for the schema.
import { Buffer } from 'node:buffer';
import { isIP } from 'node:net';
import { aliases } from '../session/aliases.ts';
import { splitHostAndPort } from './host-port.ts';
import { isLoopback } from './loopback.ts';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;
const PATH = /^(\/[A-Za-z0-9._~@:+=-]+)+$/;
const DOTS_ONLY = /\/\.{1,2}(\/|$)/;
const SCHEME_OR_URL = /^[a-z][a-z0-9+.-]*(:\/\/\S+)?$/;
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d+)?$/;
/** [RFC 9110, token]: what names a cookie, a subprotocol and a header. */
const NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;
const JWT_ALGORITHM = /^((HS|RS|PS|ES)(256|384|512)|EdDSA|Ed25519)$/;
const NAMED_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isHost(text: string): boolean {
  return isIP(text) !== 0 || HOST_NAME.test(text);
}

function isPath(text: string): boolean {
  return PATH.test(text) && !DOTS_ONLY.test(text);
}

/** `/health` answers the service's own checks, and `/assets` holds the parts of its page. */
function isEndpoint(text: string): boolean {
  return isPath(text) && !/^\/(health|assets)(\/|$)/.test(text);
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

const SECRET_BYTES = 32;
const LONGEST_URL = 2048;

/** HS256 needs a key as long as its hash [RFC 7518, 3.2]; `base64:` says that the bytes are written so. */
function isSecret(text: string): boolean {
  if (!text.startsWith('base64:')) return Buffer.byteLength(text) >= SECRET_BYTES;
  return /^base64:[\w+/-]+=*$/.test(text) && Buffer.from(text.slice(7), 'base64').length >= SECRET_BYTES;
}

/** Who can change the keys on their way makes any token: they come from a file, over TLS, or from this machine. */
function isKeysAddress(text: string): boolean {
  if (!text.includes('://')) return text.trim() !== '';
  const url = text.length <= LONGEST_URL ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
  );
}

/** What quotes messages goes over TLS, or stays on this machine. */
function isHookAddress(text: string): boolean {
  return text.includes('://') && isKeysAddress(text);
}

/** Two templates, the second of which needs no more than the first gives. */
function isAlias(text: string): boolean {
  try {
    aliases([text]);
    return /^\/\S+=\/\S+$/.test(text);
  } catch {
    return false;
  }
}

/** The names that schemas may use as `format`. */
export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  'not-empty': (text) => text.trim() !== '',
  'short-text': (text) => text.length > 0 && text.length <= 200,
  'one-word': (text) => /^\S+$/.test(text),
  host: isHost,
  path: isPath,
  endpoint: isEndpoint,
  alias: isAlias,
  'scheme-or-url': (text) => SCHEME_OR_URL.test(text),
  origin: isOrigin,
  'proxy-address': isProxyAddress,
  name: (text) => NAME.test(text),
  'jwt-secret': isSecret,
  'keys-address': isKeysAddress,
  'hook-address': isHookAddress,
  'jwt-algorithm': (text) => JWT_ALGORITHM.test(text),
  'host-and-port': (text) => {
    const address = splitHostAndPort(text);
    return address !== undefined && isHost(address.host);
  },
};
