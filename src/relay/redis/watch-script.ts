// What Redis is asked each second: where logs stand, with a sign of life behind all that came before.
import { script } from './scripts.ts';

/**
 * Looks after one partition, or several on one server: says where their logs stand, and sends this node a sign of life,
 * both at one moment: what was published before has come before the sign, or is lost.
 *
 * KEYS: the node's channel; marks; tops. ARGV: the sign; how many marks; per top, when it is held back, which key has
 * its mark, and its destination; else nothing. Answers the fence; per top `<epoch>-<seq>`, or nothing.
 */
export const watchScript = script(`#!lua flags=allow-oom
local answer = { string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)'), 1, 8) }
local marks = tonumber(ARGV[2])
for at = 1, #KEYS - 1 - marks do
  local stands = redis.pcall('HMGET', KEYS[1 + marks + at], 'e', 's')
  local held = ARGV[2 + at]
  if stands.err or not stands[1] or not stands[2] then
    answer[1 + at] = ''
  elseif held == '' then
    answer[1 + at] = stands[1] .. '-' .. stands[2]
  else
    local key, destination = string.match(held, '^(%d+) (.*)$')
    local mark = redis.pcall('HGET', KEYS[tonumber(key)], destination)
    local e, s = string.match(type(mark) == 'string' and mark or '', '^(%d+)%-(%d+)$')
    answer[1 + at] = stands[1] .. '-' .. (e == stands[1] and s or '0')
  end
end
redis.call('SPUBLISH', KEYS[1], ARGV[1])
return answer
`);
