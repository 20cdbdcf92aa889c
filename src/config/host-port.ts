// Addresses of the form HOST:PORT, and the address that the ops listener is told by.
import { isIPv6 } from 'node:net';

/** Where to listen. `port` 0 takes any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const HOST_AND_PORT = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/;

/**
 * Splits `HOST:PORT`; an IPv6 address stands in brackets, as in a URL.
 *
 * @param text - for example `0.0.0.0:9090`, `[::1]:9090`
 * @returns the parts, or `undefined` when the text has another form
 */
export function splitHostAndPort(text: string): ListenAddress | undefined {
  const { six, host, port } = HOST_AND_PORT.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65535) return undefined;
  if (six !== undefined) return isIPv6(six) ? { host: six, port: Number(port) } : undefined;
  return host === undefined ? undefined : { host, port: Number(port) };
}

/**
 * Where metrics and administration listen, from the option `ops`.
 *
 * @param ops - `off`, a port, or `HOST:PORT`; a bare port means loopback only
 * @returns the address, or `undefined` when switched off
 */
export function opsAddress(ops: number | string): ListenAddress | undefined {
  return typeof ops === 'number' ? { host: '127.0.0.1', port: ops } : splitHostAndPort(ops);
}
