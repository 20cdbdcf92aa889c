// How often clients may SEND: per session, per user or per address.
import { StompwireError } from '../errors.ts';
import type { Interceptor } from './channel.ts';
import type { Inbound, SessionView } from './inbound.ts';
import { TokenBuckets } from './token-buckets.ts';

/** What is limited, and to how much. */
export interface RateLimitOptions {
  /**
   * Whose SENDs are counted together. A `user` is all sessions that proved one name; a session that proved none is
   * counted alone. An `address` is all clients behind it, be they one or an office.
   */
  readonly per: 'session' | 'user' | 'address';
  /** How many SENDs are let pass... */
  readonly sends: number;
  /** ...in so many milliseconds. */
  readonly within: number;
  /** How many may come at once, after a time of silence; default: `sends`. */
  readonly burst?: number;
}

const keys: Record<RateLimitOptions['per'], (session: SessionView) => string> = {
  session: ({ id }) => id,
  user: ({ id, user }) => (user?.authenticated ? `user:${user.name}` : `session:${id}`),
  address: ({ peer }) => peer.address,
};

/**
 * An interceptor that holds clients to a number of SENDs. One too many is refused as `rate-limited`, which is told on
 * `/user/queue/errors` with `retry-after` in milliseconds; the session lives. What is kept for clients that are
 * gone or silent is forgotten by itself.
 *
 * @throws {TypeError} when a number is not above 0
 *
 * @example
 * ```ts
 * import { createServer, rateLimit } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.intercept(rateLimit({ per: 'user', sends: 20, within: 1000, burst: 40 }));
 * await server.start();
 * await server.close();
 * ```
 */
export function rateLimit(options: RateLimitOptions): Interceptor<Inbound> {
  const { per, sends, within, burst = sends } = options;
  for (const [name, value] of Object.entries({ sends, within, burst }))
    if (!(value > 0)) throw new TypeError(`rateLimit: ${name} must be above 0, not ${value}`);
  const buckets = new TokenBuckets(sends, within, Math.max(burst, 1));
  const keyOf = keys[per];
  return function rateLimited({ command, session }, next) {
    if (command !== 'SEND') return next();
    const retryAfter = buckets.take(keyOf(session), session.now);
    if (retryAfter === 0) return next();
    const message = `more than ${sends} messages in ${within} ms; try again in ${retryAfter} ms`;
    throw new StompwireError('rate-limited', message, { retryAfter });
  };
}
