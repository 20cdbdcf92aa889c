// Users out of signed tokens [RFC 7519], checked by jose: signature, algorithm, issuer, audience, times.
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { StompwireError } from '../errors.ts';
import type { Authenticator, Credentials, User } from './authenticator.ts';
import { nameOf, rolesOf } from './claims.ts';
import { refusal } from './refusal.ts';
import type { TokenKeys } from './token-keys.ts';

/** What a token must be. */
export interface JwtOptions {
  readonly jwtIssuer: string | undefined;
  readonly jwtAudiences: readonly string[];
  /** Empty: all that fit the keys. */
  readonly jwtAlgorithms: readonly string[];
  /** In milliseconds. */
  readonly jwtClockSkew: number;
  readonly jwtNameClaim: string;
  readonly jwtRolesClaim: string;
}

const longestToken = 16_384;
const mostCandidates = 20;

/**
 * Takes the token that the credentials show. One without `exp` is refused, for its session would never end.
 *
 * @param now - milliseconds since the epoch
 */
export function jwt(options: JwtOptions, keys: TokenKeys, now: () => number): Authenticator {
  const { jwtAlgorithms, jwtClockSkew } = options;
  const fixed = fixedChecks(options);
  const algorithms = keys.algorithms.filter(
    (name) => jwtAlgorithms.length === 0 || jwtAlgorithms.includes(name),
  );
  return {
    proves: true,
    start: async () => keys.start?.(),
    authenticate: async (credentials: Credentials): Promise<User> => {
      const token = shownToken(credentials);
      const checks = {
        ...fixed,
        algorithms,
        currentDate: new Date(now()),
        clockTolerance: jwtClockSkew / 1000,
      };
      return userOf(await verified(token, keys, checks), options);
    },
  };
}

function fixedChecks({ jwtIssuer, jwtAudiences }: JwtOptions): JWTVerifyOptions {
  return {
    requiredClaims: ['exp'],
    ...(jwtIssuer !== undefined && { issuer: jwtIssuer }),
    ...(jwtAudiences.length > 0 && { audience: [...jwtAudiences] }),
  };
}

function shownToken(credentials: Credentials): string {
  const token = credentials.token();
  if (token === undefined) throw refusal('no token');
  if (token.length > longestToken) throw refusal(`a token of more than ${longestToken} characters`);
  return token;
}

async function verified(token: string, keys: TokenKeys, checks: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys.find, checks)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return oneOfSeveral(token, error, checks);
    throw asRefusal(error);
  }
}

/** A token that does not name its key, and a set with several that fit: the signature tells. */
async function oneOfSeveral(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  checks: JWTVerifyOptions,
): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of keys) {
    if (++tried > mostCandidates) break;
    try {
      return (await jwtVerify(token, key, checks)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw asRefusal(error);
    }
  }
  throw refusal('no key fits the signature of the token');
}

function userOf(claims: JWTPayload, { jwtNameClaim, jwtRolesClaim, jwtClockSkew }: JwtOptions): User {
  const name = nameOf(claims, jwtNameClaim);
  if (name === undefined) throw refusal(`the token has no claim ${jwtNameClaim}`);
  return {
    name,
    authenticated: true,
    roles: rolesOf(claims, jwtRolesClaim),
    expiresAt: claims.exp! * 1000 + jwtClockSkew,
    claims,
  };
}

/** jose's errors hold the claims, and may quote the token's header: the log gets their code only. */
function asRefusal(error: unknown): StompwireError {
  if (error instanceof StompwireError) return error;
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return refusal(`${error.code}: ${error.claim} ${error.reason}`);
  if (error instanceof errors.JOSEError) return refusal(error.code);
  return refusal(error instanceof TypeError ? error.message : 'the token cannot be read');
}
