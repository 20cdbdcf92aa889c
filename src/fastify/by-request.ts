// Asks the application who a client is, by the request that opened its connection.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Authenticator, Credentials, User } from '../auth/authenticator.ts';
import { refusal } from '../auth/refusal.ts';
import type { Authenticate } from './options.ts';

/** The application's requests by the headers that handshakes keep; a request goes when its handshake does. */
export type OpeningRequests = WeakMap<IncomingHttpHeaders, FastifyRequest>;

/** Makes an authenticator of an application's function. */
export function byRequest(authenticate: Authenticate, requests: OpeningRequests): Authenticator {
  return {
    proves: true,
    authenticate: async (credentials: Credentials): Promise<User> => {
      const request = credentials.handshake && requests.get(credentials.handshake.headers);
      if (request === undefined) throw refusal('there is no request to look at');
      assertOurPage(credentials);
      const user = await asked(authenticate, request, credentials);
      if (user === undefined) throw refusal('the application knows nobody by the request');
      return user;
    },
  };
}

/** The application reads cookies where no guard sees it, so that a handshake with any must come from our own page. */
function assertOurPage(credentials: Credentials): void {
  const [name] = (credentials.handshake?.headers.cookie ?? '').split('=');
  if (name) credentials.cookie(name.trim());
}

/** Plugins such as `@fastify/jwt` refuse with an HTTP status. */
async function asked(
  authenticate: Authenticate,
  request: FastifyRequest,
  credentials: Credentials,
): Promise<User | undefined> {
  try {
    return await authenticate(request, credentials);
  } catch (error) {
    const { statusCode } = error as { statusCode?: unknown };
    if (statusCode !== 401 && statusCode !== 403) throw error;
    throw refusal(`the application refused the request with ${statusCode}`);
  }
}
