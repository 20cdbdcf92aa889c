// Refuses to open a service without authentication to the network by mistake.
import { BlockList, isIP } from 'node:net';
import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whether a host reaches this machine only: `localhost`, 127.0.0.0/8 or ::1.
 *
 * @param host - a host name or an IP address, an IPv6 one without brackets
 */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

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
      'listen on 127.0.0.1, configure authentication, or allow strangers with --allow-anonymous (allowAnonymous)',
  ]);
}
