// What Redis does with a durable subscription in one step: notes whose it is, binds its queue, ends it.
import { type Script, script } from './scripts.ts';

/**
 * Notes what a durable subscription is bound to, if that was what stood there before.
 *
 * KEYS: the hash of them. ARGV: subscription, what stood there, what it is bound to now (each may be nothing), how many
 * there may be.
 * Answers 1 (done), 0 (something else stands there) or 2 (too many).
 */
export const noteScript: Script = script(`#!lua
local durable, name, before, after = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
if (redis.call('HGET', durable, name) or '') ~= before then return 0 end
if after == '' then
  redis.call('HDEL', durable, name)
  return 1
end
redis.call('HSETNX', durable, '', '1')
if before == '' and redis.call('HLEN', durable) >= tonumber(ARGV[4]) then return 2 end
redis.call('HSET', durable, name, after)
return 1
`);

/**
 * Binds a queue to what fills it. KEYS: bindings; the set of its topic, or the hash of patterns. ARGV: queue, what fills
 * it, for a pattern its separators.
 */
export const bindScript: Script = script(`#!lua
if ARGV[3] == '' then redis.call('SADD', KEYS[2], ARGV[1])
else redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. ARGV[2]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`);

/** Nothing fills a queue any more. KEYS: as above. ARGV: queue, whether by a pattern. Answers whether something did. */
export const unbindScript: Script = script(`#!lua flags=allow-oom
redis.call(ARGV[2] == '1' and 'HDEL' or 'SREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
`);
