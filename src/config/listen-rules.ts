// Refuses to open a service without authentication to the network by mistake.
import { ConfigError } from './config-error.ts';
import { isLoopback } from './loopback.ts';
import type { Config } from './schema.ts';

/**
 * Allows loopback always, and other hosts only with authentication or when `allowAnonymous` says so.
 *
 * @param config - where to listen, and whether strangers are welcome
 * @param access - `authenticated`: whether clients must prove who they are
 * @throws ConfigError that names the mends
 */
export function assertSafeToListen(
  config: Pick<Config, 'host' | 'allowAnonymous'>,
  access: { readonly authenticated: boolean },
): void {
  if (access.authenticated || config.allowAnonymous || isLoopback(config.host)) return;
  throw new ConfigError([
    `host: "${config.host}" can be reached from other machines, and nobody has to authenticate; ` +
      'listen on 127.0.0.1, configure authentication with --auth, or allow strangers with --allow-anonymous (allowAnonymous)',
  ]);
}
