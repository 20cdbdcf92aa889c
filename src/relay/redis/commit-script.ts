// What a COMMIT does in Redis: one call of one script, so that nobody sees a part of it, whatever dies meanwhile.
//
// One script and not MULTI over those of messages and queues: a transaction is refused as a whole where one of its parts
// would be, which has to be known before the first is done, and MULTI goes on behind a command that fails.
import { enqueuing, overhead, shared } from './queue-lua.ts';
import { begin, type Script, script } from './scripts.ts';
import { appending } from './send-scripts.ts';

/** What a transaction is made of: to a topic, to a log, to a queue; acknowledged, given back. */
export type CommitKind = 'plain' | 'log' | 'queue' | 'gone' | 'back';

/**
 * Does transactions of one partition, one after another, each as a whole or not at all.
 *
 * KEYS: feed, marks, all, bindings, queues; then those of each part. ARGV: clock ahead, bound of the feed, bounds of
 * queues, node; per transaction how many parts it has, per part its kind and arguments: those of the scripts that do such
 * a thing alone; of what is acknowledged queue, order, claim, of what is given back also whether the delivery counts.
 * Answers per transaction 1 and the answer to each part, or 0, which part cannot be done (from 0), the answer to that, and
 * why and envelope of each message that is lost.
 */
export const commitScript: Script = script(`#!lua
${begin}
${shared}
local bound, limits, node = tonumber(ARGV[2]), ARGV[3], ARGV[4]
local feed, marks, all, bindings, queues = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local count, most, age, drops, mostQueues = string.match(limits, '^(%d+) (%d+) (%d+) (%d) (%d+)$')
count, most, age, drops, mostQueues =
  tonumber(count), tonumber(most), tonumber(age), drops == '1', tonumber(mostQueues)
${enqueuing}
${appending}

local sizes = { plain = { 1, 3 }, log = { 4, 10 }, queue = { 1, 4 }, gone = { 1, 3 }, back = { 1, 4 } }
local k, a = 6, 5
local function nextPart()
  local part = { kind = ARGV[a], k = k, a = a + 1 }
  local size = sizes[part.kind]
  k, a = k + size[1], a + 1 + size[2]
  return part
end

local function isOwn(part)
  local held = redis.pcall('HGET', KEYS[part.k] .. '\\0out', ARGV[part.a + 1])
  local own = node .. ' ' .. ARGV[part.a + 2] .. ' '
  return type(held) == 'string' and string.sub(held, 1, #own) == own
end

-- why a message does not find room beside the others of its transaction
local function refusedByQueue(part, wanted)
  local key, bytes = KEYS[part.k], #ARGV[part.a + 3] + ${overhead}
  local q = opened(key)
  if not (is(key, 'hash') and is(q.line, 'zset') and is(q.body, 'hash') and is(q.expiry, 'zset') and is(q.hungry, 'list')) then
    return { 3, 'WRONGTYPE ' .. key }
  end
  local count, _, drops = boundsOf(q)
  local sum = wanted.sums[key]
  if not sum then
    sum = { count = 0, bytes = 0, lost = {} }
    wanted.sums[key] = sum
    if redis.call('SISMEMBER', queues, ARGV[part.a]) == 0 then
      wanted.queues = wanted.queues + 1
      if redis.call('SCARD', queues) + wanted.queues > mostQueues then return { 2, 0 } end
    end
  end
  sum.count, sum.bytes = sum.count + 1, sum.bytes + bytes
  local function fits()
    local held = tonumber(redis.call('HGET', key, 'b') or '0')
    return redis.call('ZCARD', q.line) + sum.count <= count and held + sum.bytes <= most
  end
  if bytes <= most and (drops or fits()) then return end
  sweep(q, sum.lost)
  if bytes <= most and fits() then return end
  return { 1, redis.call('ZCARD', q.line) }
end

-- what had expired is gone, whether the rest is done or not
local function lostBy(wanted)
  local all = {}
  for _, sum in pairs(wanted.sums) do
    for _, one in ipairs(sum.lost) do all[#all + 1] = one end
  end
  return all
end

local function refusedByLog(part, wanted)
  local log, top, key = KEYS[part.k], KEYS[part.k + 1], KEYS[part.k + 2]
  if ARGV[part.a + 3] == '1' then
    local again, wrong = knownPlace(key)
    if again then return end
    if wrong then return { 3, key } end
  end
  if not feedIsSound then return { 3, feed } end
  wanted.logged = wanted.logged + 1
  if bound > 0 and redis.call('XLEN', feed) + wanted.logged > bound then return { 2 } end
  if not is(log, 'stream') then return { 3, log } end
  if not is(top, 'hash') then return { 3, top } end
end

local function refused(part, wanted)
  if part.kind == 'queue' then return refusedByQueue(part, wanted) end
  if part.kind == 'log' then return refusedByLog(part, wanted) end
  if part.kind ~= 'plain' and not isOwn(part) then return '0' end
end

local does = {}
function does.plain(p, v)
  local lost = {}
  fill(ARGV[v], ARGV[v + 1], ARGV[v + 2], lost)
  redis.call('SPUBLISH', KEYS[p], ARGV[v + 2])
  redis.call('SPUBLISH', all, ARGV[v + 2])
  return lost
end
function does.log(p, v)
  return append(KEYS[p], KEYS[p + 1], KEYS[p + 2], KEYS[p + 3], ARGV[v], ARGV[v + 1], ARGV[v + 2], ARGV[v + 3] == '1',
    tonumber(ARGV[v + 4]), tonumber(ARGV[v + 5]), tonumber(ARGV[v + 6]), ARGV[v + 7] == '1', tonumber(ARGV[v + 8]), ARGV[v + 9])
end
function does.queue(p, v, wanted)
  local answer = enqueue(KEYS[p], ARGV[v], tonumber(ARGV[v + 1]), tonumber(ARGV[v + 2]), ARGV[v + 3],
    true) -- what the transaction gives back to the queue takes no room from what it sends there
  for _, one in ipairs(wanted.sums[KEYS[p]].lost) do answer[#answer + 1] = one end
  wanted.sums[KEYS[p]].lost = {}
  return answer
end
function does.gone(p, v)
  local q = opened(KEYS[p])
  redis.call('HDEL', q.out, ARGV[v + 1])
  redis.call('HDEL', q.body, ARGV[v + 1])
  forgetEmpty(q, queues, ARGV[v])
  return '1'
end
function does.back(p, v)
  local q = opened(KEYS[p])
  local _, _, deliveries, priority, expires = partsOf(redis.call('HGET', q.out, ARGV[v + 1]))
  back(q, ARGV[v], ARGV[v + 1], ARGV[v + 3] == '1' and deliveries or deliveries - 1, priority, expires)
  return '1'
end

local function commit()
  local parts, wanted, why = {}, { sums = {}, queues = 0, logged = 0 }, nil
  local length = tonumber(ARGV[a])
  a = a + 1
  for i = 1, length do parts[i] = nextPart() end
  for i, part in ipairs(parts) do
    why = refused(part, wanted)
    if why then return { 0, i - 1, why, lostBy(wanted) } end
  end
  local answer = { 1 }
  for i, part in ipairs(parts) do answer[i + 1] = does[part.kind](part.k, part.a, wanted) end
  return answer
end

local answers = {}
while a <= #ARGV do answers[#answers + 1] = commit() end
return answers
`);
