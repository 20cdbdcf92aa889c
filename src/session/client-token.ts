// What a guest is known by from one session to the next, so that nobody else's retries are taken for its own.
import { randomBytes } from 'node:crypto';
import { StompwireError } from '../errors.ts';

/** The header of CONNECTED that gives it, and of the next CONNECT that brings it back. */
export const clientTokenHeader = 'client-token';

const shape = /^[\w-]{22,64}$/;

/**
 * The token that a CONNECT brings, or a new one that nobody can guess.
 *
 * @throws {StompwireError} `bad-header`
 */
export function clientTokenOf(headers: { get(name: string): string | undefined }): string {
  const brought = headers.get(clientTokenHeader);
  if (brought === undefined) return randomBytes(16).toString('base64url');
  if (shape.test(brought)) return Buffer.from(brought).toString(); // no slice of its frame
  throw new StompwireError(
    'bad-header',
    'client-token must be one that a CONNECTED gave: 22 to 64 of the characters A-Z a-z 0-9 _ -',
  );
}
