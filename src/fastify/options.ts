// What an application gives the plugin, and which of the server's options it cannot give.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator, Credentials, User } from '../auth/authenticator.ts';
import { type Config, ConfigError } from '../config/config.ts';
import type { Server } from '../server.ts';

/**
 * Says who a client is, by the request that opened its connection: the application's hooks have run for it, so that
 * its session and its decorators are there. Called when the client's CONNECT arrives. `undefined`, or an error whose
 * `statusCode` is 401 or 403, refuses.
 */
export type Authenticate = (
  request: FastifyRequest,
  credentials: Credentials,
) => User | undefined | Promise<User | undefined>;

/**
 * The server's options, but for those that the application decides. `host`, `tlsCert` and `tlsKey` speak of the
 * listener that `stompPort` asks for, and of nothing else.
 */
export interface StompwireOptions extends Partial<Omit<Config, 'port' | 'logLevel'>> {
  /** Stands before every endpoint, after the prefix of the application's own scope. */
  readonly prefix?: string;
  /** The name of the decorator; default: `stompwire`. A second server needs a name of its own. */
  readonly as?: string;
  readonly authenticator?: Authenticator;
  readonly authenticate?: Authenticate;
  /** Adds handlers, rules and interceptors; called once, before the application is ready. */
  readonly setup?: (server: Server) => void | Promise<void>;
}

const ofTheApplication = {
  port: 'the application listens, and says where',
  logLevel: "the application's logger has a level of its own",
};
const ofTheStompPort = ['host', 'tlsCert', 'tlsKey'] as const;

/**
 * The options of the server.
 *
 * @throws {ConfigError} with every option that would have no effect
 */
export function serverOptions(options: StompwireOptions, application: FastifyInstance): Partial<Config> {
  const { prefix = '', as: _as, authenticator: _who, authenticate: _how, setup: _setup, ...rest } = options;
  const lines = [...misplaced(options), ...strangers(options)];
  if (lines.length > 0) throw new ConfigError(lines);
  const scoped = (path: string): string => `${application.prefix}${prefix}${path}`;
  const endpoints = (rest.endpoints ?? ['/ws']).map(scoped);
  const plain = rest.plainEndpoint === undefined ? {} : { plainEndpoint: scoped(rest.plainEndpoint) };
  return { ...rest, ...plain, endpoints, stompPort: rest.stompPort ?? 'off', port: 0 };
}

function misplaced(options: StompwireOptions): string[] {
  const given = (key: string): boolean => (options as Record<string, unknown>)[key] !== undefined;
  const lines = Object.entries(ofTheApplication)
    .filter(([key]) => given(key))
    .map(([key, why]) => `${key}: no option of the plugin, for ${why}; leave it out`);
  if ((options.stompPort ?? 'off') !== 'off') {
    if (!given('authenticate')) return lines;
    return [
      ...lines,
      'authenticate: STOMP over TCP has no request to look at; give an authenticator instead',
    ];
  }
  return [
    ...lines,
    ...ofTheStompPort
      .filter(given)
      .map((key) => `${key}: speaks of the listener of stompPort, which is off; leave it out`),
  ];
}

/** Where an application listens is not known yet: it may be anywhere. */
function strangers({
  auth = 'anonymous',
  authenticator,
  authenticate,
  allowAnonymous,
}: StompwireOptions): string[] {
  if (authenticator !== undefined && authenticate !== undefined)
    return ['authenticate: has no effect beside an authenticator of your own; leave one of them out'];
  if (authenticate !== undefined || authenticator?.proves || auth !== 'anonymous' || allowAnonymous)
    return [];
  return [
    'allowAnonymous: nobody has to authenticate, and the application may listen anywhere; ' +
      'give authenticate, an authenticator or auth, or allow strangers with allowAnonymous: true',
  ];
}
