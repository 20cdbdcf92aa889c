// Taking the body of a message out of a log in Redis.
//
// Entries of a stream never change, so the one that is redacted is deleted, and its tombstone put into a hash beside the
// log, in the same step: readers find one or the other, and no hole. The feed is not searched for its copy, which stands
// there under an id that nobody knows. Whoever writes the history asks a second hash instead, which has something only
// while a redacted message waits to be stored: it reads the tombstone in place of the body. What a writer had read
// before is stored with its body, and redacted in the history by whoever redacts it here, who waits until it is stored.
// The hash of a log follows the log: with an age it goes after that age, else what the log has let go of is taken out now
// and then, so it never has more than the log.
import { script } from './scripts.ts';

/** Of so many tombstones, one has those taken out of which the log knows nothing any more. */
const tidyEvery = 64;

/**
 * KEYS: log, top, marks, redacted, those of the feed. ARGV: destination, epoch, seq, tombstone, age, whether there is a
 * history, the channel that tells of it. Answers 1: a tombstone stands in its place; 0: the log has it no more.
 */
export const redactScript = script(`#!lua
local log, top, marks, redacted, feed = unpack(KEYS)
local destination, epoch, seq, age = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[5])
local stands = redis.call('HMGET', top, 'e', 's', 'p')
local ended = {}
for e in string.gmatch(stands[3] or '', '(%d+)%-%d+') do ended[e] = log .. '\\0' .. e end
local of = stands[1] == epoch and log or ended[epoch]
local name = epoch .. '-' .. seq
if of and redis.call('XDEL', of, seq .. '-0') == 1 then
  redis.call('HSET', redacted, name, ARGV[4])
elseif redis.call('HEXISTS', redacted, name) == 0 then
  of = nil
end
if of then
  if age > 0 then redis.call('PEXPIRE', redacted, age + 3600000) end
  if redis.call('HLEN', redacted) % ${tidyEvery} == 0 then
    local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    local oldest = tonumber(first and string.match(first[1], '^%d+') or stands[2]) or 0
    for _, known in ipairs(redis.call('HKEYS', redacted)) do
      local e, s = string.match(known, '^(%d+)%-(%d+)$')
      local gone = e == stands[1] and tonumber(s) < oldest or e ~= stands[1] and not ended[e]
      if gone and known ~= name then redis.call('HDEL', redacted, known) end
    end
  end
  if ARGV[6] == '1' then
    local e, s = string.match(redis.call('HGET', marks, destination) or '', '^(%d+)%-(%d+)$')
    e, s = tonumber(e or 0), tonumber(s or 0)
    if e < tonumber(epoch) or e == tonumber(epoch) and s < tonumber(seq) then
      redis.call('HSET', feed, name .. ' ' .. destination, ARGV[4])
    end
  end
end
redis.call('SPUBLISH', ARGV[7], destination)
return of and 1 or 0
`);
