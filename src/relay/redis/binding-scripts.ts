// What Redis does with a durable subscription in one step: notes whose it is, binds its queue, ends it, forgets it.
import { isPattern, type Separator } from '../../message/destination.ts';
import type { Keys } from './keys.ts';
import { shared } from './queue-lua.ts';
import { type Script, script } from './scripts.ts';

/** For so long a note stands for a queue that goes by itself and that nobody has bound yet, in milliseconds. */
const bindWithin = 60_000;

const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
`;

/**
 * Notes what a durable subscription is bound to, if that was what stood there before.
 *
 * KEYS: the hash of them; with a NUL and `passing`: sorted set, those whose queues go by themselves, by when they were
 * noted last. ARGV: clock ahead, subscription, what stood there, what it is bound to now (each may be nothing), how many
 * there may be, whether its queue goes by itself.
 * Answers 1 (done), 0 (something else stands there) or 2 (too many).
 */
export const noteScript: Script = script(`#!lua
${clock}
local durable, name, before, after = KEYS[1], ARGV[2], ARGV[3], ARGV[4]
local passing = durable .. '\\0passing'
if (redis.call('HGET', durable, name) or '') ~= before then return 0 end
if after == '' then
  redis.call('HDEL', durable, name)
  redis.call('ZREM', passing, name)
  return 1
end
redis.call('HSETNX', durable, '', '1')
if before == '' and redis.call('HLEN', durable) >= tonumber(ARGV[5]) then return 2 end
redis.call('HSET', durable, name, after)
if ARGV[6] == '1' then redis.call('ZADD', passing, now, name) else redis.call('ZREM', passing, name) end
return 1
`);

/**
 * Which notes may be of queues that are gone. KEYS: the hash of them. ARGV: clock ahead. Answers name, what it is bound
 * to and when it was noted, of each.
 */
export const oldNotesScript: Script = script(`#!lua flags=no-writes
${clock}
local found = {}
local old = redis.call('ZRANGEBYSCORE', KEYS[1] .. '\\0passing', '-inf', now - ${bindWithin}, 'WITHSCORES', 'LIMIT', 0, 1000)
for i = 1, #old, 2 do
  found[#found + 1], found[#found + 2], found[#found + 3] = old[i], redis.call('HGET', KEYS[1], old[i]) or '', old[i + 1]
end
return found
`);

/** Forgets a note, unless it was made anew meanwhile. KEYS: the hash of them. ARGV: its name, when it was noted. */
export const forgetNoteScript: Script = script(`#!lua flags=allow-oom
if redis.call('ZSCORE', KEYS[1] .. '\\0passing', ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1] .. '\\0passing', ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`);

/** Bindings; the set of a topic, or the hash of patterns. */
export function bindingKeys(keys: Keys, partition: number, source: string): readonly string[] {
  const bindings = keys.bindings(partition);
  return [bindings, `${bindings}\0${isPattern(source) ? 'patterns' : source}`];
}

/** A pattern as whoever publishes reads it. */
export function patternText(separator: Separator, pattern: string): string {
  return `${separator} ${pattern}`;
}

/**
 * Binds a queue to what fills it, and says what it is like.
 *
 * KEYS: see {@link bindingKeys}; the queue, the set of queues. ARGV: clock ahead, queue, what fills it, and that as a
 * pattern, what is said (empty: nothing), who is about to consume, of how many queues something may be said.
 * Answers as who joins is answered: 0 or 1 when it is bound.
 */
export const bindScript: Script = script(`#!lua
${shared}
local q, queues, name = opened(KEYS[3]), KEYS[4], ARGV[2]
dropUnused(q, queues, name)
local answer = declare(q, queues, name, ARGV[5], ARGV[6], tonumber(ARGV[7]))
if answer ~= 0 and answer ~= 1 then return answer end
if ARGV[4] == '' then redis.call('SADD', KEYS[2], name)
else redis.call('HSET', KEYS[2], name, ARGV[4]) end
redis.call('HSET', KEYS[1], name, ARGV[3])
return answer
`);

/** Nothing fills a queue any more. KEYS: see {@link bindingKeys}. ARGV: queue, whether by a pattern. Answers whether something did. */
export const unbindScript: Script = script(`#!lua flags=allow-oom
redis.call(ARGV[2] == '1' and 'HDEL' or 'SREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`);
