// Taking all out of a log in Redis up to a position, of epochs that have ended too: its top stays, so positions go on.
import { script } from './scripts.ts';

/**
 * KEYS: log, top, redacted. ARGV: destination, epoch, seq, the channel on which other nodes hear that what they have read
 * is outdated.
 */
export const clearScript = script(`#!lua
local log, top, redacted = unpack(KEYS)
local epoch, seq = tonumber(ARGV[2]), tonumber(ARGV[3])
local stands = redis.call('HMGET', top, 'e', 'p')
local current = tonumber(stands[1] or '')
local function upTo(stream) redis.call('XTRIM', stream, 'MINID', string.format('%.0f', seq + 1)) end
if current == epoch then upTo(log) end
for e in string.gmatch(stands[2] or '', '(%d+)%-%d+') do
  local ended = log .. '\\0' .. e
  if tonumber(e) == epoch then upTo(ended) elseif tonumber(e) < epoch then redis.call('UNLINK', ended) end
end
for _, name in ipairs(redis.call('HKEYS', redacted)) do
  local e, s = string.match(name, '^(%d+)%-(%d+)$')
  e, s = tonumber(e), tonumber(s)
  if e and (e < epoch or e == epoch and s <= seq) then redis.call('HDEL', redacted, name) end
end
redis.call('SPUBLISH', ARGV[4], ARGV[1])
return 1
`);
