// What the scripts of queues have in common: how a queue lies in Redis, and how a message comes into it.

/** Bytes of a message that are not its envelope, roughly. */
export const overhead = 256;

/*
 * line: sorted set, order by priority and order; body: hash, order to envelope; out: hash, order to
 * `<node> <claim> <deliveries> <priority> <expires>`; tries: hash, order to deliveries, of those that came back;
 * expiry: sorted set, order by time, of those that wait and expire; hungry: list, channels of nodes that take more;
 * takers: hash, node to the number of its consumers; terms: hash, what was said of this queue. The key itself: hash, `o`
 * the last order, `b` bytes that wait. With the set of queues, a NUL and `declared`: sorted set, the queues that something
 * was said of, by when they are gone; `watchers`: set, channels of nodes that are told which queues come into being;
 * `taken`: set, the queues that have takers, where somebody finds what a dead node has left.
 */
export const shared = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local lane = 2 ^ 49
local function text(number) return string.format('%.0f', number) end
local function opened(key)
  return { key = key, line = key .. '\\0line', body = key .. '\\0body', out = key .. '\\0out', tries = key .. '\\0tries',
    expiry = key .. '\\0expiry', hungry = key .. '\\0hungry', takers = key .. '\\0takers',
    terms = key .. '\\0terms' }
end
local function bytesOf(q, order) return redis.call('HSTRLEN', q.body, order) + ${overhead} end
local function wakeOne(q, destination)
  while true do
    local channel = redis.call('LPOP', q.hungry)
    if not channel or redis.call('SPUBLISH', channel, destination) > 0 then return end
  end
end
local function announce(queues, destination)
  local watchers = queues .. '\\0watchers'
  for _, channel in ipairs(redis.call('SMEMBERS', watchers)) do
    if redis.call('SPUBLISH', channel, '\\0' .. destination) == 0 then redis.call('SREM', watchers, channel) end
  end
end
local function lose(q, order, why, lost)
  lost[#lost + 1] = why
  lost[#lost + 1] = redis.call('HGET', q.body, order) or ''
  redis.call('HINCRBY', q.key, 'b', -bytesOf(q, order))
  redis.call('HDEL', q.body, order)
  redis.call('HDEL', q.tries, order)
  redis.call('ZREM', q.expiry, order)
end
local function sweep(q, lost)
  for _, order in ipairs(redis.call('ZRANGEBYSCORE', q.expiry, '-inf', text(now), 'LIMIT', 0, 500)) do
    if redis.call('ZREM', q.line, order) == 1 then lose(q, order, 'expired', lost)
    else redis.call('ZREM', q.expiry, order) end
  end
end
local function back(q, destination, order, deliveries, priority, expires)
  redis.call('HDEL', q.out, order)
  if deliveries > 0 then redis.call('HSET', q.tries, order, text(deliveries)) end
  redis.call('ZADD', q.line, text((9 - priority) * lane + tonumber(order)), order)
  redis.call('HINCRBY', q.key, 'b', bytesOf(q, order))
  if expires > 0 then redis.call('ZADD', q.expiry, text(expires), order) end
  wakeOne(q, destination)
end
local function partsOf(held)
  local node, claim, deliveries, priority, expires = string.match(held or '', '^(%S+) (%d+) (%d+) (%d) (%d+)$')
  return node, claim, tonumber(deliveries), tonumber(priority), tonumber(expires)
end
local function forgetEmpty(q, queues, destination)
  if redis.call('ZCARD', q.line) > 0 or redis.call('HLEN', q.out) > 0 then return end
  redis.call('UNLINK', q.key)
  redis.call('SREM', queues, destination)
end
local never = '9007199254740991'
-- what is gone is filled by no topic either
local function unbind(queues, destination)
  local bindings = string.gsub(queues, 'queues$', 'bindings')
  local source = redis.pcall('HGET', bindings, destination)
  if type(source) ~= 'string' then return end
  redis.call('HDEL', bindings, destination)
  redis.pcall('SREM', bindings .. '\\0' .. source, destination)
  redis.pcall('HDEL', bindings .. '\\0patterns', destination)
end
local function drop(q, queues, destination)
  unbind(queues, destination)
  redis.call('UNLINK', q.key, q.line, q.body, q.out, q.tries, q.expiry, q.terms, q.hungry)
  redis.call('SREM', queues, destination)
  redis.call('ZREM', queues .. '\\0declared', destination)
end
local function dropUnused(q, queues, destination)
  local over = redis.call('ZSCORE', queues .. '\\0declared', destination)
  if not over or tonumber(over) > now then return false end
  drop(q, queues, destination)
  return true
end
local function takes(q, queues, destination, node, count)
  redis.call('HSET', q.takers, node, count)
  redis.call('SADD', queues .. '\\0taken', destination)
end
local function takesNoMore(q, queues, destination, node)
  local took = redis.call('HDEL', q.takers, node) == 1
  if redis.call('EXISTS', q.takers) == 0 then redis.call('SREM', queues .. '\\0taken', destination) end
  return took
end
-- says something of a queue: 0 (nothing was ever said), 1 (done), 2 (too many queues), or what was said before and is in the way
local function declare(q, queues, destination, said, owner, mostQueues)
  local was = redis.call('HMGET', q.terms, 'said', 'owner')
  if was[1] and (said ~= '' and said ~= was[1] or was[2] and was[2] ~= owner) then return was[1] end
  if was[1] then return 1 end
  if said == '' then return 0 end
  local declared, over = queues .. '\\0declared', never
  if redis.call('ZCARD', declared) >= mostQueues then return 2 end
  for name, value in pairs(cjson.decode(said)) do
    redis.call('HSET', q.terms, name, type(value) == 'number' and text(value) or tostring(value))
    if name == 'unused' and redis.call('EXISTS', q.takers) == 0 then over = text(now + value) end
  end
  redis.call('HSET', q.terms, 'said', said)
  redis.call('ZADD', declared, over, destination)
  return 1
end
local function consumerLeft(q, queues, destination)
  local own = redis.call('HMGET', q.terms, 'said', 'autoDelete', 'unused')
  if not own[1] or redis.call('HLEN', q.takers) > 0 then return end
  if own[2] then drop(q, queues, destination)
  elseif own[3] then redis.call('ZADD', queues .. '\\0declared', text(now + tonumber(own[3])), destination) end
end
`;

/*
 * Takes one message into a queue; what it says is in the script below. `sure`: that there is room was seen before. It
 * stands on `queues`, the set of queues, and on the bounds `count`, `most`, `age`, `drops` and `mostQueues`.
 */
export const enqueuing = `
local someDeclared = redis.call('EXISTS', queues .. '\\0declared') == 1
local function boundsOf(q)
  if not someDeclared then return count, age, drops end
  local own = redis.call('HMGET', q.terms, 'count', 'ttl')
  local most, ttl = tonumber(own[1] or ''), tonumber(own[2] or '')
  if ttl and age > 0 then ttl = math.min(age, ttl) end
  return most and math.min(count, most) or count, ttl or age, drops or most ~= nil
end
local function enqueue(key, destination, priority, expires, envelope, sure)
  local q, lost, bytes = opened(key), {}, #envelope + ${overhead}
  if someDeclared then dropUnused(q, queues, destination) end
  local count, age, drops = boundsOf(q)
  local waiting, held
  local function fits()
    waiting, held = redis.call('ZCARD', q.line), tonumber(redis.call('HGET', key, 'b') or '0')
    return waiting < count and held + bytes <= most
  end
  local function answer(code) return { code, waiting, unpack(lost) } end
  if not fits() then
    if bytes > most then return answer(1) end
    sweep(q, lost)
    while not fits() do
      if not drops and not sure then return answer(1) end
      if not drops then break end
      local last = redis.call('ZRANGE', q.line, -1, -1, 'WITHSCORES')
      local from = math.floor(tonumber(last[2]) / lane) * lane
      local oldest = redis.call('ZRANGEBYSCORE', q.line, text(from), '+inf', 'LIMIT', 0, 1)[1]
      redis.call('ZREM', q.line, oldest)
      lose(q, oldest, 'overflow', lost)
    end
  end
  local order = redis.call('HINCRBY', key, 'o', 1)
  local isNew = order == 1 and redis.call('SADD', queues, destination) == 1
  if isNew and redis.call('SCARD', queues) > mostQueues then
    redis.call('SREM', queues, destination)
    redis.call('UNLINK', key)
    return answer(2)
  end
  local name = text(order)
  redis.call('HSET', q.body, name, envelope)
  redis.call('ZADD', q.line, text((9 - priority) * lane + order), name)
  redis.call('HINCRBY', key, 'b', bytes)
  if age > 0 and (expires == 0 or expires > now + age) then expires = now + age end
  if expires > 0 then redis.call('ZADD', q.expiry, text(expires), name) end
  wakeOne(q, destination)
  if isNew then announce(queues, destination) end
  waiting = waiting + 1
  return answer(0)
end
`;
