// Whether a Redis will do: its version, its memory policy, its role, the database; asked at each connection.
import type { Redis } from 'ioredis';
import { StompwireError } from '../../errors.ts';
import type { RedisAddress } from './address.ts';
import { type Check, messageOf } from './connection.ts';

/** Sharded channels and the flags of scripts came with it. */
const leastVersion = 7;

/** The check for connections that send commands. */
export function soundServer(address: RedisAddress): Check {
  return async (redis) => {
    if (address.db !== 0) await selected(redis, address.db);
    const facts = factsOf(await redis.info());
    assertServer(facts);
    assertForm(facts, address.form);
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
