// Whether a Redis will do: its version, its memory policy, its role, the database; asked at each connection.
import type { Redis } from 'ioredis';
import { StompwireError } from '../../errors.ts';
import type { RedisAddress } from '../../redis/address.ts';
import { type Check, messageOf } from './connection.ts';
import { Keys } from './keys.ts';

/** Sharded channels and the flags of scripts came with it. */
const leastVersion = 7;

/** The check for connections that send commands. */
export function soundServer(address: RedisAddress): Check {
  return async (redis) => {
    if (address.db !== 0) await selected(redis, address.db);
    const facts = factsOf(await redis.info());
    assertServer(facts);
    assertForm(facts, address.form);
    await assertCommands(redis);
    await assertRights(redis, new Keys(address), address.db === 0 ? '' : `${address.db}:`);
    // a replica that is about to become a primary, or was one: tried again, unless it is so at the start
    if (facts.get('role') !== 'master') throw roleTrouble(address.form);
  };
}

/** The client goes on in database 0 when the one that was asked for is not there. */
async function selected(redis: Redis, db: number): Promise<void> {
  try {
    await redis.select(db);
  } catch (error) {
    throw refusal(messageOf(error));
  }
}

function assertServer(facts: ReadonlyMap<string, string>): void {
  const version = facts.get('redis_version') ?? '0';
  if (Number.parseInt(version, 10) < leastVersion)
    throw refusal(`version ${version} is too old; ${leastVersion}.0 or newer is needed`);
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    throw refusal(
      `maxmemory-policy is ${policy}, which would throw messages away; set it: CONFIG SET maxmemory-policy noeviction`,
    );
}

/** What is called, by scripts or without; servers that are Redis in part, or have commands renamed, lack some. */
const commands = [
  ...['evalsha', 'eval', 'ssubscribe', 'spublish', 'subscribe', 'publish', 'info', 'time', 'type', 'wait'],
  ...['xadd', 'xrange', 'xtrim', 'xlen', 'xreadgroup', 'xack', 'hset', 'hmget', 'hget', 'get', 'set'],
  ...['unlink', 'pexpire', 'persist'],
];

async function assertCommands(redis: Redis): Promise<void> {
  // where it may not be asked, what is missing is told by what needs it
  const known = await redis.call('COMMAND', 'INFO', ...commands).catch(() => undefined);
  if (!Array.isArray(known)) return;
  const missing = commands.filter((_, at) => known[at] === null);
  if (missing.length > 0)
    throw refusal(
      `it has no ${missing.join(', ').toUpperCase()}; take a Redis 7 that has no commands renamed or switched off`,
    );
}

/** Our keys and channels, tried where nobody is: in a cluster another server may have them, which is no refusal. */
async function assertRights(redis: Redis, keys: Keys, before: string): Promise<void> {
  const channel = `${before}${keys.tag(0)}:probe`;
  for (const probe of [() => redis.exists(keys.feed(0)), () => redis.spublish(channel, '')])
    await probe().catch((error: Error) => {
      if (error.message.startsWith('NOPERM')) throw error;
    });
}

function assertForm(facts: ReadonlyMap<string, string>, form: RedisAddress['form']): void {
  const clustered = facts.get('cluster_enabled') === '1';
  if (clustered && form !== 'cluster')
    throw refusal('this server is part of a cluster; give redis+cluster://host:port,host:port');
  if (!clustered && form === 'cluster')
    throw refusal('this server is not part of a cluster; give redis://host:port');
}

function roleTrouble(form: RedisAddress['form']): Error {
  if (form === 'single')
    return refusal('this server is a replica; give its primary, or redis+sentinel://host:26379/group');
  return new Error('this server is a replica at the moment');
}

function refusal(reason: string): StompwireError {
  return new StompwireError('bad-configuration', reason);
}

function factsOf(info: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of info.split('\r\n')) {
    const at = line.indexOf(':');
    if (at > 0) facts.set(line.slice(0, at), line.slice(at + 1));
  }
  return facts;
}
