// What Redis does about idempotency keys: who is first, what came of it.
import { script } from './scripts.ts';

/** For so many milliseconds what a SEND failed with is kept for those that waited for it. */
const failureKept = 10_000;

/**
 * A key holds `r<node>` while it runs there, `s<outcome>` when it was processed, `f<error>` when it has failed. Whose
 * node is dead runs no more; nor does what its node has not said again for as long as it would take that to be dead: a
 * promotion lost what came of it, or nobody heard that it had begun.
 *
 * KEYS: nodes (until when each is alive); per question its key.
 * ARGV: this node, for how many milliseconds it is alive, how long an outcome is remembered; per question its kind and a text:
 * claim ('' : it is the first), keep (it still runs), settle outcome, free error, forget outcome, look ('' : nobody runs
 * it). Answers else what the key holds.
 */
export const claimScript = script(`#!lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, span, window = ARGV[1], tonumber(ARGV[2]), ARGV[3]
redis.call('ZADD', KEYS[1], 'GT', now + span, node)

local function held(key)
  local value = redis.pcall('GET', key)
  if type(value) == 'table' then return 'e' .. (value.err or '') end
  if not value then return '' end
  if string.sub(value, 1, 1) ~= 'r' then return value end
  local lives = redis.call('ZSCORE', KEYS[1], string.sub(value, 2))
  return lives and tonumber(lives) > now and value or ''
end

local asked = {}
function asked.claim(key)
  local value = held(key)
  local first = string.sub(value, 1, 1)
  if first == 's' or first == 'e' or (first == 'r' and value ~= 'r' .. node) then return value end
  redis.call('SET', key, 'r' .. node, 'PX', span)
  return ''
end
function asked.keep(key)
  local is = held(key)
  if is == '' or is == 'r' .. node then redis.call('SET', key, 'r' .. node, 'PX', span) end
  return ''
end
local function over(key, value, life)
  local is = held(key)
  if is == '' or is == 'r' .. node then redis.call('SET', key, value, 'PX', life) end
  return ''
end
function asked.settle(key, outcome) return over(key, 's' .. outcome, window) end
function asked.free(key, failure) return over(key, 'f' .. failure, ${failureKept}) end
function asked.forget(key, outcome)
  if redis.pcall('GET', key) == 's' .. outcome then redis.call('UNLINK', key) end
  return ''
end
function asked.look(key) return held(key) end

local answers = {}
for at = 2, #KEYS do
  answers[at - 1] = asked[ARGV[at * 2]](KEYS[at], ARGV[at * 2 + 1])
end
return answers
`);
