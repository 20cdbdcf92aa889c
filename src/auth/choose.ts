// Chooses how clients prove who they are, by the options.
import { anonymous } from './anonymous.ts';
import type { Authenticator } from './authenticator.ts';
import { type JwtOptions, jwt } from './jwt.ts';
import type { AuthLog } from './refusal.ts';
import { addressKeys, fileKeys, secretKey, type TokenKeys } from './token-keys.ts';
import { type UsersFileOptions, usersFile } from './users-file.ts';

/** The options of authentication, by their names. */
export interface AuthOptions extends JwtOptions, Omit<UsersFileOptions, 'usersFile'> {
  readonly auth: 'anonymous' | 'users' | 'jwt';
  readonly usersFile: string | undefined;
  readonly jwtSecret: string | undefined;
  readonly jwtKeys: string | undefined;
}

/**
 * The authenticator that the options ask for. What belongs together was checked with the options.
 *
 * @param clock - milliseconds since the epoch
 */
export function chooseAuthenticator(
  options: AuthOptions,
  log: AuthLog,
  clock: () => number = Date.now,
): Authenticator {
  if (options.auth === 'users') {
    return usersFile({ ...options, usersFile: options.usersFile! }, log, clock);
  }
  if (options.auth === 'jwt') return jwt(options, keysOf(options, log, clock), clock);
  return anonymous();
}

function keysOf(
  { jwtSecret, jwtKeys = '', jwtAudiences }: AuthOptions,
  log: AuthLog,
  clock: () => number,
): TokenKeys {
  if (jwtSecret !== undefined) return secretKey(jwtSecret);
  if (jwtAudiences.length === 0)
    log.warn({}, 'tokens that were made for anybody are taken; --jwt-audience says which are ours');
  if (!jwtKeys.includes('://')) return fileKeys(jwtKeys, log, clock);
  return addressKeys(new URL(jwtKeys), log);
}
