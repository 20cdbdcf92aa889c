// Reads the address of a Redis: one server, a group under Sentinel, or a cluster. What it shows holds no password.
import { StompwireError } from '../errors.ts';
import { type Layout, layoutOf } from './layout.ts';

/** A server, or a sentinel. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

/** What an address says. Times in milliseconds. */
export interface RedisAddress extends Layout {
  readonly form: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly hosts: readonly Host[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** What the sentinels call the group. */
  readonly group: string | undefined;
  readonly db: number;
  /** For how long a message waits for a Redis that is away, before it is refused. */
  readonly wait: number;
  /** How many replicas must have what is `replicated`; 0: all that there are. */
  readonly replicas: number;
  /** The address as it may be shown. */
  readonly shown: string;
}

const shape =
  /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;

/** What may stand behind the `?`. */
const parameterNames = ['prefix', 'partitions', 'wait', 'replicas', 'sentinel-password'];

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `redis+sentinel://host,host/group[/db]` and
 * `redis+cluster://host,host`, with `rediss` for TLS.
 *
 * @throws {StompwireError} `bad-configuration`, without the password
 */
export function parseRedisAddress(address: string): RedisAddress {
  const [, scheme, form = 'single', login, hosts, path = '', query = ''] = shape.exec(address) ?? [];
  if (scheme === undefined || hosts === undefined)
    throw wrong(
      'give redis://host:port, redis+sentinel://host:port,host:port/group or redis+cluster://host:port',
    );
  const kind = form.toLowerCase() as RedisAddress['form'];
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys())
    if (!parameterNames.includes(name))
      throw wrong(`"${name}" is not known; allowed: ${parameterNames.join(', ')}`);
  const usual = kind === 'sentinel' ? 26379 : 6379;
  const all = hosts.split(',').map((text) => hostOf(text, usual));
  if (kind === 'single' && all.length > 1)
    throw wrong('several hosts are a group under Sentinel (redis+sentinel) or a cluster (redis+cluster)');
  return {
    form: kind,
    tls: scheme.toLowerCase() === 'rediss',
    hosts: all,
    ...loginOf(login),
    sentinelPassword: parameters.get('sentinel-password') ?? undefined,
    ...placeOf(kind, path),
    ...layoutOf(parameters),
    wait: wholeNumber('wait', parameters.get('wait') ?? '2000', 100, 60_000),
    replicas: wholeNumber('replicas', parameters.get('replicas') ?? '0', 0, 100),
    shown: `${scheme}${kind === 'single' ? '' : `+${kind}`}://${hosts}${path === '' ? '' : `/${path}`}`,
  };
}

function hostOf(text: string, usual: number): Host {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw wrong(`"${text}" is no host and port`);
  return { host, port: wholeNumber('port', port ?? String(usual), 1, 65_535) };
}

function loginOf(login: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (login === undefined) return { username: undefined, password: undefined };
  const at = login.indexOf(':');
  const [user, password] = at < 0 ? [login, undefined] : [login.slice(0, at), login.slice(at + 1)];
  return { username: decoded(user) || undefined, password: decoded(password) };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    throw wrong('user and password are to be percent-encoded');
  }
}

function placeOf(form: RedisAddress['form'], path: string): Pick<RedisAddress, 'group' | 'db'> {
  const parts = path.split('/').filter((part) => part !== '');
  const group = form === 'sentinel' ? parts.shift() : undefined;
  if (form === 'sentinel' && group === undefined)
    throw wrong('the name of the group is missing: redis+sentinel://host:26379/mymaster');
  if (parts.length > 1) throw wrong('behind the host stands the number of a database, and nothing more');
  const db = wholeNumber('database', parts[0] ?? '0', 0, 1_000_000);
  if (form === 'cluster' && db !== 0) throw wrong('a cluster has only the database 0');
  return { group, db };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw wrong(`${name}: give a whole number from ${least} to ${most}`);
}

function wrong(reason: string): StompwireError {
  return new StompwireError('bad-configuration', `the address of the Redis: ${reason}`);
}
