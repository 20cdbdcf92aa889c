// Puts a failed start into lines for the operator: what happened, where, and which flag mends it.
import type { Config } from '../config/config.ts';
import { opsAddress } from '../config/host-port.ts';
import { StompwireError } from '../errors.ts';

/** What the errors of the operating system carry. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
}

const UNUSABLE_ADDRESS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'is no host name that is known here',
  EAI_AGAIN: 'cannot be looked up now, for the name server does not answer',
};
const UNUSABLE_PORT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be opened by this user',
};

/**
 * The lines for stderr: one per problem of the configuration, one for anything else.
 *
 * @param error - what was thrown
 * @param config - the configuration, as far as it was read; its log level decides whether a stack is shown
 */
export function failureLines(error: unknown, config: Config | undefined): string[] {
  if (error instanceof StompwireError && config === undefined) return error.message.split('\n').map(told);
  const system = systemErrorOf(error);
  const known = system && config && systemLine(system, config);
  if (known !== undefined) return [told(known)];
  if (system?.syscall === 'mkdir') return [told(folderLine(system))];
  if (isBadCertificate(error))
    return [told(`${error.message}; give PEM files that belong together with --tls-cert and --tls-key`)];
  if (error instanceof StompwireError) return error.message.split('\n').map(told);
  return unexpected(error, config);
}

const told = (line: string): string => `stompwire: ${line}`;

/** What OpenSSL says of a file that is no PEM, or of a key that is not the certificate's. */
function isBadCertificate(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL');
}

/** The error itself or the cause that it wraps. */
function systemErrorOf(error: unknown): SystemError | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && 'syscall' in error ? (error as SystemError) : systemErrorOf(error.cause);
}

function systemLine(error: SystemError, config: Config): string | undefined {
  const file = fileFlag(error, config);
  if (file !== undefined) return `${error.path} cannot be read (${error.code}); change ${file}`;
  const port = UNUSABLE_PORT[error.code];
  if (port !== undefined && error.syscall === 'listen') {
    return `${addressOf(error)} ${port}; choose another port with ${portFlag(error, config)}`;
  }
  const host = UNUSABLE_ADDRESS[error.code];
  return host && `${error.hostname ?? error.address} ${host}; change ${hostFlag(error, config)}`;
}

/** The service makes no other folder than that of its data. */
function folderLine({ path, code }: SystemError): string {
  return `the folder ${path} cannot be made (${code}); give one with --data in which this user may write`;
}

function fileFlag({ path }: SystemError, config: Config): string | undefined {
  if (path === undefined) return undefined;
  return path === config.tlsCert ? '--tls-cert' : path === config.tlsKey ? '--tls-key' : undefined;
}

function addressOf({ address = '', port = 0 }: SystemError): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function portFlag({ port }: SystemError, config: Config): string {
  if (port === config.port) return '--port';
  return port === config.stompPort ? '--stomp-port' : '--ops';
}

function hostFlag({ hostname, address }: SystemError, config: Config): string {
  const host = hostname ?? address;
  return host !== config.host && host === opsAddress(config.ops)?.host ? '--ops' : '--host';
}

function unexpected(error: unknown, config: Config | undefined): string[] {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = `stopped by an unexpected error: ${reason}`;
  const wanted = config?.logLevel === 'debug' || config?.logLevel === 'trace';
  if (!wanted) return [told(`${line}; --log-level debug shows where it came from`)];
  return [told(line), error instanceof Error ? String(error.stack) : ''];
}
