// What sessions are set up with: who tells who clients are, and what the options say of them.
import type { FastifyBaseLogger } from 'fastify';
import type { Authenticator } from './auth/authenticator.ts';
import { chooseAuthenticator } from './auth/choose.ts';
import { guest } from './auth/guest.ts';
import { type Config, ConfigError } from './config/config.ts';
import type { Relay } from './relay/relay.ts';
import type { Claims } from './routing/claims.ts';
import { MemoryClaims } from './routing/memory-claims.ts';
import { SharedClaims } from './routing/shared-claims.ts';
import { profileOf } from './session/profile.ts';
import type { SessionOptions } from './session/services.ts';
import { version } from './version.ts';

/** A program's own, or the one that the options ask for: with both, one would be silently ignored. */
export function authenticatorOf(
  config: Config,
  authenticator: Authenticator | undefined,
  log: FastifyBaseLogger,
): Authenticator {
  if (authenticator === undefined) return ownAuthenticator(config, log);
  if (config.auth === 'anonymous') return authenticator;
  const line = `auth: "${config.auth}" has no effect beside an authenticator of your own; leave one of them out`;
  throw new ConfigError([line]);
}

/** Clients of RabbitMQ come as guest where nothing else is said. */
function ownAuthenticator(config: Config, log: FastifyBaseLogger): Authenticator {
  const { compat, auth, allowAnonymous } = config;
  if (compat === 'rabbitmq' && auth === 'anonymous' && !allowAnonymous) return guest();
  return chooseAuthenticator(config, log);
}

/** Where a client sends its new credentials. */
export function authDestination({ appPrefix }: Config): string {
  return `${appPrefix}/$auth`;
}

/** What sessions need of the options. */
export function sessionOptions(config: Config): SessionOptions {
  return {
    ...config,
    frameLimits: {
      frameBytes: config.maxFrameBytes,
      headerCount: config.maxHeaders,
      headerLineBytes: config.maxHeaderLineBytes,
    },
    authDestination: authDestination(config),
    profile: profileOf(config),
    heartbeat: { send: config.heartbeatSend, receive: config.heartbeatReceive },
    serverName: `stompwire/${version()}`,
  };
}

/** Whose idempotency keys were seen: by this node, and by the others that the relay joins. */
export function claimsOf(config: Config, relay: Relay, clock: () => number): Claims {
  const { idempotencyKeys: entries, idempotencyWindow: window } = config;
  const here = new MemoryClaims({ entries, window }, clock);
  return relay.claims === undefined ? here : new SharedClaims(here, relay.claims);
}
