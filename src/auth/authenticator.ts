// PORT: who a client is, decided when its CONNECT arrives, and again when it shows fresh credentials.
import type { Handshake, Peer } from '../transport/transport.ts';

/**
 * Who a session acts for. Source: Spring's `Principal`, with the authorities of its `Authentication`.
 *
 * @example
 * ```ts
 * import type { User } from 'stompwire';
 *
 * const kim: User = { name: 'kim', authenticated: true, roles: ['admin'], expiresAt: Date.now() + 60_000 };
 * console.log(kim.roles.includes('admin'));
 * ```
 */
export interface User {
  /** Shown to others, sent back as `user-name`. Holds no control characters. */
  readonly name: string;
  /** Whether the name was proven, or only said. */
  readonly authenticated: boolean;
  /** What the user may be asked for by rules; `[]` when nobody said. */
  readonly roles: readonly string[];
  /** When the credentials run out, in milliseconds since the epoch; absent: never. The session ends then. */
  readonly expiresAt?: number;
  /** What else the credentials say, such as the claims of a token; never sent to a client. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * What a client shows to be let in. Not to be kept: it is forgotten once the client is in.
 *
 * @example
 * ```ts
 * import { type Credentials, StompwireError, type User } from 'stompwire';
 *
 * export function byToken(credentials: Credentials): User {
 *   if (credentials.token() === 'let me in') return { name: 'kim', authenticated: true, roles: [] };
 *   throw new StompwireError('authentication-failed', 'the token is not the one');
 * }
 * ```
 */
export interface Credentials {
  /** Of the CONNECT frame, as `passcode` is; the first header of a name counts. */
  readonly login: string | undefined;
  readonly passcode: string | undefined;
  /** Any other header of the CONNECT frame; the first of a name counts. */
  header(name: string): string | undefined;
  /**
   * The token, from the first of these places that holds one: `Authorization: Bearer`, `passcode`, the
   * handshake's subprotocol, query, `Authorization: Bearer` and cookie, where they are configured.
   *
   * @throws {StompwireError} `authentication-failed`, as {@link cookie} does
   */
  token(): string | undefined;
  /**
   * A cookie of the handshake. Browsers add cookies to what a stranger's page asks for, so that one which
   * is there may be read only when the handshake comes from a page of ours.
   *
   * @throws {StompwireError} `authentication-failed` when the cookie is there, and the page is not ours
   */
  cookie(name: string): string | undefined;
  /** The opening request as it came; what is read here passes no guard. */
  readonly handshake: Handshake | undefined;
  readonly peer: Peer;
}

/**
 * Decides who somebody is. Called once per session before anything else of it is seen, and once more each
 * time that it shows fresh credentials; may be slow. Throws {@link StompwireError} `authentication-failed`:
 * the client hears the same words whatever the cause, the log hears the message. Throws
 * `authentication-unavailable` when it cannot tell now.
 *
 * @example
 * ```ts
 * import { type Authenticator, createServer, StompwireError } from 'stompwire';
 *
 * const authenticator: Authenticator = {
 *   proves: true,
 *   authenticate({ login, passcode }) {
 *     if (login === 'billing' && passcode === process.env.BILLING_KEY)
 *       return { name: 'billing', authenticated: true, roles: ['service'] };
 *     throw new StompwireError('authentication-failed', 'not the key of billing');
 *   },
 * };
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' }, { authenticator });
 * await server.start();
 * await server.close();
 * ```
 */
export interface Authenticator {
  /** Whether the names it gives are proven; listening beyond loopback depends on it. */
  readonly proves: boolean;
  /** Reads what it needs before the first client is taken; a failure stops the start of the server. */
  start?(): Promise<void>;
  authenticate(credentials: Credentials): User | Promise<User>;
}
