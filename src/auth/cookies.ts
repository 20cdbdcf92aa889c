// Reads one cookie of a handshake [RFC 6265, 5.4].
import type { Handshake } from '../transport/transport.ts';

/** The value of the first cookie of that name; percent-encoding is undone where there is any. */
export function cookieOf({ headers }: Pick<Handshake, 'headers'>, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return decoded(unquoted(pair.slice(at + 1).trim()));
  }
  return undefined;
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
