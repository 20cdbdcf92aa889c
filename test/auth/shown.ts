// Credentials as a client shows them, for tests of who takes them.
import type { IncomingHttpHeaders } from 'node:http';
import { Headers } from '../../frames/index.ts';
import type { Credentials } from '../../src/auth/authenticator.ts';
import { credentialRules, ShownCredentials } from '../../src/auth/shown-credentials.ts';
import type { Handshake } from '../../src/transport/transport.ts';

/** The rules of a server that takes a token anywhere. */
export const openRules = {
  authCookie: 'token',
  authQuery: 'access_token',
  authSubprotocol: 'bearer',
  origins: ['https://chat.example'] as readonly string[],
  host: '127.0.0.1',
  csrfCookie: undefined as string | undefined,
  csrfHeader: 'X-CSRF-TOKEN',
};

export function handshakeWith(headers: IncomingHttpHeaders, query = ''): Handshake {
  return { path: '/ws', query, headers: { host: '127.0.0.1', ...headers } };
}

/** @param headers - of the CONNECT frame, in their order: a record, or name, value, name, value... */
export function shown(
  headers: Record<string, string> | string[] = {},
  handshake?: Handshake,
  rules: Partial<typeof openRules> = {},
): Credentials {
  const frame = Array.isArray(headers) ? new Headers(headers) : Headers.from(headers);
  const peer = { transport: 'websocket', address: '127.0.0.1', secure: false } as const;
  return new ShownCredentials(frame, handshake, peer, credentialRules({ ...openRules, ...rules }));
}
