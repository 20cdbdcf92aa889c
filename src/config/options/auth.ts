// The options that say how clients prove who they are.
import { oneOf, optionalFile, optionalText, text, textList, whole } from '../option.ts';

const NAME = "a name of letters, digits and !#$%&'*+-.^_`|~";

export const AUTH = {
  auth: oneOf(['anonymous', 'users', 'jwt'], {
    default: 'anonymous',
    flag: 'auth',
    placeholder: '<way>',
    reason: 'How clients prove who they are; anonymous lets everybody in under any name.',
  }),
  usersFile: optionalFile({
    flag: 'users-file',
    allowed: 'the path of a JSON file with entries from stompwire hash-password, together with auth users',
    reason: 'The users and their hashed passwords; a change of it counts from the next login on.',
  }),
  passwordChecks: whole({
    default: 2,
    flag: 'password-checks',
    unit: 'checks',
    min: 1,
    max: 64,
    reason: 'How many passwords are checked at a time, for each takes a core and 16 MiB on purpose.',
  }),
  passwordChecksWaiting: whole({
    default: 100,
    flag: 'password-checks-waiting',
    unit: 'checks',
    min: 0,
    max: 100_000,
    reason: 'How many passwords may wait for their check; a client beyond that is told to come back later.',
  }),
  jwtSecret: optionalText({
    flag: 'jwt-secret',
    format: 'jwt-secret',
    placeholder: '<secret>',
    secret: true,
    allowed: 'a secret of at least 32 bytes, as it is or as base64:<text>, in the environment or the file',
    reason:
      'The secret that HS256, HS384 and HS512 tokens are signed with; other users see the flags of a process.',
  }),
  jwtKeys: optionalText({
    flag: 'jwt-keys',
    format: 'keys-address',
    placeholder: '<file|url>',
    secret: true,
    allowed:
      'the path of a JWKS or PEM file with public keys, or the URL of a JWKS (https, or http on loopback)',
    reason: 'The public keys of tokens signed with RS, PS, ES or EdDSA; a changed file or URL is read again.',
  }),
  jwtIssuer: optionalText({
    flag: 'jwt-issuer',
    format: 'not-empty',
    placeholder: '<issuer>',
    allowed: 'a text such as https://login.example',
    reason: 'What the claim iss of a token must be; without it any issuer will do.',
  }),
  jwtAudiences: textList({
    default: [],
    flag: 'jwt-audience',
    format: 'not-empty',
    placeholder: '<audience>',
    allowed: 'different texts',
    reason:
      'One of these must be in the claim aud of a token; an empty list takes tokens made for anybody else, too.',
  }),
  jwtAlgorithms: textList({
    default: [],
    flag: 'jwt-algorithm',
    format: 'jwt-algorithm',
    placeholder: '<name>',
    allowed:
      'names out of HS256, HS384, HS512 with jwtSecret, or RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519 with jwtKeys',
    reason: 'The algorithms taken; an empty list takes all that fit the kind of the key.',
  }),
  jwtClockSkew: whole({
    default: 30_000,
    flag: 'jwt-clock-skew',
    unit: 'ms',
    min: 0,
    max: 600_000,
    reason: 'How far the clock of who makes tokens may be from ours.',
  }),
  jwtNameClaim: text({
    default: 'sub',
    flag: 'jwt-name-claim',
    format: 'not-empty',
    placeholder: '<claim>',
    allowed: 'the name of a claim; a dot leads into an object, as in profile.name',
    reason: 'The claim that names the user.',
  }),
  jwtRolesClaim: text({
    default: 'roles',
    flag: 'jwt-roles-claim',
    format: 'not-empty',
    placeholder: '<claim>',
    allowed: 'the name of a claim; a dot leads into an object, as in realm_access.roles',
    reason: "The claim that holds the user's roles, as an array or as words; without it there are none.",
  }),
  authCookie: optionalText({
    flag: 'auth-cookie',
    format: 'name',
    placeholder: '<name>',
    allowed: NAME,
    reason: 'The cookie of the handshake that may hold a token; without a name none is looked at.',
  }),
  authQuery: optionalText({
    flag: 'auth-query',
    format: 'name',
    placeholder: '<name>',
    allowed: NAME,
    reason:
      'The query parameter of the handshake that may hold a token; proxies log it, so prefer another place.',
  }),
  authSubprotocol: optionalText({
    flag: 'auth-subprotocol',
    format: 'name',
    placeholder: '<name>',
    allowed: NAME,
    reason: 'Offering the subprotocol <name>.<token> beside v12.stomp shows a token; it is never echoed.',
  }),
  csrfCookie: optionalText({
    flag: 'csrf-cookie',
    format: 'name',
    placeholder: '<name>',
    allowed: NAME,
    reason: 'The cookie whose value a page repeats in csrfHeader; without a name its Origin alone decides.',
  }),
  csrfHeader: text({
    default: 'X-CSRF-TOKEN',
    flag: 'csrf-header',
    format: 'name',
    placeholder: '<name>',
    allowed: NAME,
    reason: 'The header of CONNECT that repeats the value of csrfCookie.',
  }),
};
