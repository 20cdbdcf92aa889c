// Credentials of HTTP's Basic scheme as a CONNECT shows them [RFC 7617].
import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';

/** Headers for a CONNECT: `login` and `passcode`, as far as `Authorization: Basic` gives them; none without it. */
export function basicCredentials({ authorization }: IncomingHttpHeaders): Record<string, string> | undefined {
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const shown = Buffer.from(encoded, 'base64').toString();
  const at = shown.indexOf(':');
  return at === -1 ? { login: shown } : { login: shown.slice(0, at), passcode: shown.slice(at + 1) };
}
