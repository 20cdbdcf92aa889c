// What Redis does with queues in one step: takes messages in, gives them out under a token, takes them back.
//
// Lists and sorted sets with scripts, and not streams with consumer groups: a group keeps neither priorities nor
// expiry nor a bound on what waits, gives what came back after what came later, renews a claim message by message, and
// lets anybody acknowledge anything. Here a message that waits stands in a sorted set, at a score of its priority and
// its order, so that what comes back finds its old place by itself; one that is out stands in a hash, under the node
// and the number of the claim that took it: an acknowledgement that does not name both is refused, so a node that was
// away cannot take back what another has meanwhile.
//
// A queue is named by one key, and what belongs to it by that key, a NUL and a word: all in the slot of its partition.
import { enqueuing, overhead, shared } from './queue-lua.ts';
import { type Script, script } from './scripts.ts';

/**
 * Takes messages into the queues of one partition, one after another.
 *
 * KEYS: the set of queues; per message its queue.
 * ARGV: milliseconds that the clock is ahead, messages and bytes that may wait, age, whether the oldest makes room,
 * queues that there may be; per message destination, priority, when it expires (0: never), envelope. A message that says what
 * its queue is like does so behind its priority, so that it costs nothing where nothing is said; without an envelope it says
 * only that.
 * Answers per message: 0 (kept), 1 (the queue is full), 2 (too many queues), 3 (a key of another kind) or 4 (something else
 * was said before); then how many wait, or the trouble, or what was said; then why and envelope of each message that is lost
 * instead.
 */
export const enqueueScript: Script = script(`#!lua
${shared}
local queues = KEYS[1]
local count, most, age, drops, mostQueues =
  tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6])
${enqueuing}
local function declareToo(key, destination, terms, expires, envelope)
  local priority, said = string.match(terms, '^(%d) (.*)$')
  local q = opened(key)
  dropUnused(q, queues, destination)
  local owner = cjson.decode(said).owner
  -- it is there for as long as its session holds it: who has left makes none
  if owner and redis.call('EXISTS', q.terms) == 0 then return { 4, '' } end
  local answer = declare(q, queues, destination, said, owner, mostQueues)
  if answer ~= 1 then return answer == 2 and { 2, 0 } or { 4, answer } end
  someDeclared = true
  if envelope == '' then return { 0, redis.call('ZCARD', q.line) } end
  return enqueue(key, destination, tonumber(priority), expires, envelope)
end
local answers = {}
for m = 1, #KEYS - 1 do
  local a = 3 + m * 4
  local terms = tonumber(ARGV[a + 1])
  local done, answer = pcall(terms and enqueue or declareToo, KEYS[m + 1], ARGV[a], terms or ARGV[a + 1], tonumber(ARGV[a + 2]), ARGV[a + 3])
  answers[m] = done and answer or { 3, type(answer) == 'table' and answer.err or tostring(answer) }
end
return answers
`);

/**
 * A turn of one node at one queue: takes back what was acknowledged or given back, and claims as many as it may have.
 *
 * KEYS: the queue, the set of queues, leases. ARGV: clock ahead, destination, node, claim, lease, its channel, how many
 * it wants, how many bytes, its consumers (empty: as they were), whether what it does not know of goes back; how many
 * acknowledgements, each order and claim; how many given back, each order, claim and whether the delivery counts; then
 * the order and claim of what it knows of.
 * Answers how many wait; per acknowledgement and per message given back 1 (done), 0 (somebody else's) or 2 (gone); per
 * claimed message order, deliveries, envelope; per lost message why and envelope.
 */
export const turnScript: Script = script(`#!lua flags=allow-oom
${shared}
local q, queues, leases = opened(KEYS[1]), KEYS[2], KEYS[3]
local destination, node, claim, channel = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local wanted, most = tonumber(ARGV[7]), tonumber(ARGV[8])
local at = 11
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function codeOf(order) return redis.call('HEXISTS', q.body, order) == 1 and '0' or '2' end

redis.call('ZADD', leases, text(now + tonumber(ARGV[5])), node)
if ARGV[9] == '0' then takesNoMore(q, queues, destination, node)
elseif ARGV[9] ~= '' then takes(q, queues, destination, node, ARGV[9]) end

local acknowledged, claims = {}, {}
for i = 1, tonumber(take()) do acknowledged[i], claims[i] = take(), take() end
local codes, gone = {}, {}
if #acknowledged > 0 then
  local held = redis.call('HMGET', q.out, unpack(acknowledged))
  for i, order in ipairs(acknowledged) do
    local mine = node .. ' ' .. claims[i] .. ' '
    if held[i] and string.sub(held[i], 1, #mine) == mine then
      gone[#gone + 1] = order
      codes[i] = '1'
    else
      codes[i] = codeOf(order)
    end
  end
  if #gone > 0 then
    redis.call('HDEL', q.out, unpack(gone))
    redis.call('HDEL', q.body, unpack(gone))
  end
end

local returned = {}
for i = 1, tonumber(take()) do
  local order, token, counts = take(), take(), take()
  local holder, number, deliveries, priority, expires = partsOf(redis.call('HGET', q.out, order))
  if holder == node and number == token then
    back(q, destination, order, counts == '1' and deliveries or deliveries - 1, priority, expires)
    returned[i] = '1'
  else
    returned[i] = codeOf(order)
  end
end

if ARGV[10] == '1' then
  local known = {}
  while at < #ARGV do
    local order = take()
    known[order] = take()
  end
  local out = redis.call('HGETALL', q.out)
  for i = 1, #out, 2 do
    local holder, number, deliveries, priority, expires = partsOf(out[i + 1])
    if holder == node and known[out[i]] ~= number then
      back(q, destination, out[i], deliveries - 1, priority, expires)
    end
  end
end

-- who has more consumers has more of what waits
local waiting = redis.call('ZCARD', q.line)
local share = wanted
if waiting > 0 and wanted > 0 then
  local own, all = tonumber(redis.call('HGET', q.takers, node) or '1'), 0
  for _, some in ipairs(redis.call('HVALS', q.takers)) do all = all + tonumber(some) end
  if all > own then share = math.min(wanted, math.ceil(waiting * own / all)) end
end

local given, lost, size, full = {}, {}, 0, false
local count = 0
while count < share and not full do
  local popped = redis.call('ZPOPMIN', q.line, math.min(share - count, 200))
  if #popped == 0 then break end
  local orders = {}
  for i = 1, #popped, 2 do orders[#orders + 1] = popped[i] end
  local bodies = redis.call('HMGET', q.body, unpack(orders))
  local expiring = redis.call('EXISTS', q.expiry) == 1 and redis.call('ZMSCORE', q.expiry, unpack(orders))
  local tries = redis.call('EXISTS', q.tries) == 1 and redis.call('HMGET', q.tries, unpack(orders))
  local held, less, expired = {}, 0, {}
  for i, order in ipairs(orders) do
    local expires = expiring and tonumber(expiring[i] or '0') or 0
    local score = tonumber(popped[i * 2])
    if full then
      redis.call('ZADD', q.line, text(score), order)
    elseif expires > 0 and expires <= now then
      lose(q, order, 'expired', lost)
    elseif bodies[i] then
      local deliveries = (tries and tonumber(tries[i] or '0') or 0) + 1
      held[#held + 1] = order
      held[#held + 1] = node .. ' ' .. claim .. ' ' .. deliveries .. ' ' .. (9 - math.floor(score / lane)) .. ' ' .. text(expires)
      given[#given + 1], given[#given + 2], given[#given + 3] = order, text(deliveries), bodies[i]
      count = count + 1
      less = less + #bodies[i] + ${overhead}
      if expires > 0 then redis.call('ZREM', q.expiry, order) end
      if deliveries > 1 then redis.call('HDEL', q.tries, order) end
      size = size + #bodies[i]
      full = size >= most
    end
  end
  if #held > 0 then
    redis.call('HSET', q.out, unpack(held))
    redis.call('HINCRBY', q.key, 'b', -less)
  end
end

waiting = redis.call('ZCARD', q.line)
if waiting == 0 and count < wanted then
  if not redis.call('LPOS', q.hungry, channel) then redis.call('RPUSH', q.hungry, channel) end
else
  redis.call('LREM', q.hungry, 0, channel)
  if waiting > 0 and count >= wanted then wakeOne(q, destination) end
end
if #acknowledged > 0 or #lost > 0 then forgetEmpty(q, queues, destination) end
if ARGV[9] == '0' then
  consumerLeft(q, queues, destination)
  waiting = redis.call('ZCARD', q.line)
end
return { waiting, table.concat(codes), table.concat(returned), given, lost }
`);

/**
 * Renews the lease of a node, says how much waits and whether it is known to take, and which nodes have let theirs run out.
 * When nobody looked for a while, it was Redis that was away: then all who had a lease have it anew. Queues that nobody
 * used for too long end.
 *
 * KEYS: leases, when somebody looked last, the set of queues; queues. ARGV: clock ahead, node, lease, its channel, after how
 * long nobody looked; per queue its destination, and whether this node takes more.
 * Answers the dead nodes; per queue how many wait, below 0 and one less where nobody of this node is known to take.
 */
export const lookScript: Script = script(`#!lua flags=allow-oom
${shared}
local leases, looked, queues = KEYS[1], KEYS[2], KEYS[3]
local prefix = string.gsub(queues, 'queues$', 'queue:')
local node, lease, channel = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local last = tonumber(redis.call('GET', looked) or '0')
redis.call('SET', looked, text(now), 'PX', 86400000)
if now - last > tonumber(ARGV[5]) then
  for _, one in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
    redis.call('ZADD', leases, 'GT', text(now + lease), one)
  end
end
redis.call('ZADD', leases, 'XX', text(now + lease), node)
local answer = { redis.call('ZRANGEBYSCORE', leases, '-inf', text(now)) }
for _, destination in ipairs(redis.call('ZRANGEBYSCORE', queues .. '\\0declared', '-inf', text(now), 'LIMIT', 0, 100)) do
  drop(opened(prefix .. destination), queues, destination)
end
for i = 4, #KEYS do
  local q, hungry = opened(KEYS[i]), ARGV[i * 2 - 1] == '1'
  local waiting = redis.pcall('ZCARD', q.line)
  if type(waiting) == 'table' then waiting = 0 end
  if hungry and waiting == 0 and not redis.call('LPOS', q.hungry, channel) then
    redis.call('RPUSH', q.hungry, channel)
  end
  local takes = redis.pcall('HEXISTS', q.takers, node) == 1
  answer[i - 2] = takes and waiting or -1 - waiting
end
return answer
`);

/**
 * A node is told from now on which queues come into being. KEYS: the set of queues. ARGV: its channel. Answers those that
 * are there.
 */
export const watchQueuesScript: Script = script(`#!lua flags=allow-oom
redis.call('SADD', KEYS[1] .. '\\0watchers', ARGV[1])
return redis.call('SMEMBERS', KEYS[1])
`);

/**
 * Takes from a dead node what it had of one queue. What was delivered too often is handed to the node that asks.
 *
 * KEYS: the queue, the set of queues, leases. ARGV: clock ahead, destination, the dead node, the node that asks, its
 * claim, after how many deliveries a message is dead, the channel of the dead node.
 * Answers per message that is handed over order, deliveries, envelope.
 */
export const reapScript: Script = script(`#!lua flags=allow-oom
${shared}
local q, queues, leases = opened(KEYS[1]), KEYS[2], KEYS[3]
local destination, dead, node, claim, tries = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local lease = tonumber(redis.call('ZSCORE', leases, dead) or '')
if not lease or lease > now then return {} end
local handed = {}
local out = redis.call('HGETALL', q.out)
for i = 1, #out, 2 do
  local holder, _, deliveries, priority, expires = partsOf(out[i + 1])
  if holder == dead and deliveries >= tries then
    redis.call('HSET', q.out, out[i], node .. ' ' .. claim .. ' ' .. deliveries .. ' ' .. priority .. ' ' .. text(expires))
    handed[#handed + 1], handed[#handed + 2] = out[i], text(deliveries)
    handed[#handed + 1] = redis.call('HGET', q.body, out[i])
  elseif holder == dead then
    back(q, destination, out[i], deliveries, priority, expires)
  end
end
redis.call('LREM', q.hungry, 0, ARGV[7])
forgetEmpty(q, queues, destination)
if takesNoMore(q, queues, destination, dead) then consumerLeft(q, queues, destination) end
return handed
`);

/**
 * Where a dead node may have left something: the queues that hold messages, and those that it took from. KEYS: the set of
 * queues. ARGV: the node.
 */
export const leftScript: Script = script(`#!lua flags=no-writes
local left = redis.call('SMEMBERS', KEYS[1])
local prefix = string.gsub(KEYS[1], 'queues$', 'queue:')
for _, destination in ipairs(redis.call('SMEMBERS', KEYS[1] .. '\\0taken')) do
  if redis.call('SISMEMBER', KEYS[1], destination) == 0
    and redis.call('HEXISTS', prefix .. destination .. '\\0takers', ARGV[1]) == 1 then left[#left + 1] = destination end
end
return left
`);

/** A dead node is forgotten. KEYS: leases. ARGV: clock ahead, the node. */
export const buryScript: Script = script(`#!lua flags=allow-oom
${shared}
local lease = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or '')
if lease and lease <= now then redis.call('ZREM', KEYS[1], ARGV[2]) end
return 1
`);

/**
 * A queue ends, with all that is in it and what was said of it. KEYS: the queue, the set of queues. ARGV: clock ahead,
 * destination, the node that ends it and its channel.
 */
export const removeScript: Script = script(`#!lua flags=allow-oom
${shared}
local q = opened(KEYS[1])
redis.call('UNLINK', q.key, q.line, q.body, q.out, q.tries, q.expiry, q.terms)
takesNoMore(q, KEYS[2], ARGV[2], ARGV[3])
redis.call('LREM', q.hungry, 0, ARGV[4])
redis.call('SREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[2] .. '\\0declared', ARGV[2])
return 1
`);
