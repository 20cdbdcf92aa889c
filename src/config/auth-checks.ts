// The rules between the options of authentication: what each way needs, and what would have no effect.
import type { OptionKey } from './schema.ts';
import type { Check } from './validate.ts';

/** What belongs to one way of authentication; given with another it would be silently ignored. */
const owned: Readonly<Record<'users' | 'jwt', readonly OptionKey[]>> = {
  users: ['usersFile'],
  jwt: ['jwtSecret', 'jwtKeys', 'jwtIssuer', 'jwtAudiences', 'jwtAlgorithms'],
};

const isGiven = (value: unknown): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0);

/** An operator who gives a key and forgets `auth` would let everybody in. */
const noneIgnored: Check = (config, named) =>
  (['users', 'jwt'] as const)
    .filter((way) => way !== config.auth)
    .flatMap((way) => owned[way].filter((key) => isGiven(config[key])).map((key) => ({ way, key })))
    .map(({ way, key }) => ({
      keys: [key, 'auth'],
      line: `${named(key)} has no effect with auth "${config.auth}"; give --auth ${way}, or leave it out`,
    }));

const usersNeedFile: Check = ({ auth, usersFile }, named) => {
  if (auth !== 'users' || usersFile !== undefined) return [];
  const line = `${named('auth')}: "users" needs --users-file; stompwire hash-password makes its entries`;
  return [{ keys: ['auth', 'usersFile'], line }];
};

/** Two kinds of key at once would let a token choose between them. */
const jwtNeedsOneKey: Check = ({ auth, jwtSecret, jwtKeys }, named) => {
  if (auth !== 'jwt' || (jwtSecret === undefined) !== (jwtKeys === undefined)) return [];
  const line =
    jwtSecret === undefined
      ? `${named('auth')}: "jwt" needs a key; give --jwt-keys, or jwtSecret by STOMPWIRE_JWT_SECRET`
      : `${named('jwtSecret')} and ${named('jwtKeys')} are both given; give the one that tokens are signed with`;
  return [{ keys: ['auth', 'jwtSecret', 'jwtKeys'], line }];
};

/** A public key is known to everybody: with it as the secret of HS256 anybody could sign. */
const algorithmsFitKey: Check = ({ auth, jwtSecret, jwtAlgorithms }, named) => {
  const fits = (name: string): boolean => name.startsWith('HS') === (jwtSecret !== undefined);
  const wrong = jwtAlgorithms.filter((name) => !fits(name));
  if (auth !== 'jwt' || wrong.length === 0) return [];
  const key = jwtSecret === undefined ? 'jwtKeys' : 'jwtSecret';
  const line = `${named('jwtAlgorithms')}: ${wrong.join(', ')} cannot be used with ${key}; give others, or leave it out`;
  return [{ keys: ['jwtAlgorithms', 'jwtSecret', 'jwtKeys'], line }];
};

const places = ['authCookie', 'authQuery', 'authSubprotocol'] as const;

/** A password stands in the CONNECT frame only. */
const placesHoldTokens: Check = (config, named) =>
  places
    .filter((key) => config.auth === 'users' && config[key] !== undefined)
    .map((key) => ({
      keys: [key, 'auth'],
      line: `${named(key)} has no effect with auth "users", whose passwords stand in CONNECT; leave it out`,
    }));

/** Browsers add cookies to what any page asks for. */
const cookieNeedsOrigins: Check = ({ authCookie, origins }, named) => {
  if (authCookie === undefined || !origins.includes('*')) return [];
  const line = `${named('authCookie')} lets every page act for its visitors while ${named('origins')} is "*"; list the origins`;
  return [{ keys: ['authCookie', 'origins'], line }];
};

/** All of them. */
export const authChecks: readonly Check[] = [
  noneIgnored,
  usersNeedFile,
  jwtNeedsOneKey,
  algorithmsFitKey,
  placesHoldTokens,
  cookieNeedsOrigins,
];
