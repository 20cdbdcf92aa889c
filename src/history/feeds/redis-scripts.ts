// What the feed does in Redis in one step: each script looks first whether the reader has the partition.

/** A key of another kind where only readers write: it is thrown away, for nothing in it is lost. */
const only = `
local function only(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end`;

/**
 * Says that a reader lives. Keys: readers. Arguments: reader, milliseconds after which it is dead.
 * Returns how many live. The time is that of Redis: clocks of readers need not agree.
 */
export const alive = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
${only}
-- all readers say again that they live
only(KEYS[1], 'zset')
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
return redis.call('ZCARD', KEYS[1])`;

/**
 * Takes a partition, or keeps it. Keys: lease, feed. Arguments: reader, milliseconds, group, whether to take it.
 * Returns nothing when another has it, 1 when it was the reader's already, 2 when it is from now on.
 */
export const claim = `
${only}
only(KEYS[1], 'string')
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
if owner or ARGV[4] ~= '1' then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.pcall('XGROUP', 'CREATE', KEYS[2], ARGV[3], '0', 'MKSTREAM')
return 2`;

/** Gives a partition back. Keys: lease. Arguments: reader. */
export const release = `
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * Reads from partitions in turn. Keys: feed, lease, redactions, for each. Arguments: reader, limit, group, then for each the id
 * behind which what was given out and not acknowledged is read again, or > for what is new.
 * Returns the entries of each, nothing of one that is another reader's or was not come to, and a text of one that cannot
 * be read. A group that somebody has taken away begins anew: what the store has already it takes once more.
 * What was redacted while it waited comes as its tombstone: the store never sees its body.
 */
export const read = `
local function withoutRedacted(entries, redactions)
  if #entries == 0 or redis.call('EXISTS', redactions) == 0 then return entries end
  for _, entry in ipairs(entries) do
    local fields, at = entry[2] or {}, {}
    for f = 1, #fields, 2 do at[fields[f]] = f + 1 end
    if at.e and at.s and at.d and at.m then
      local name = fields[at.e] .. '-' .. fields[at.s] .. ' ' .. fields[at.d]
      fields[at.m] = redis.call('HGET', redactions, name) or fields[at.m]
    end
  end
  return entries
end
local function got(feed, left, from)
  return redis.pcall('XREADGROUP', 'GROUP', ARGV[3], 'writer', 'COUNT', left, 'STREAMS', feed, from)
end
local out, left = {}, tonumber(ARGV[2])
for i = 1, #KEYS, 3 do
  local entries = false
  if left > 0 and redis.pcall('GET', KEYS[i + 1]) == ARGV[1] then
    local from = ARGV[4 + (i - 1) / 3]
    local reply = got(KEYS[i], left, from)
    if reply and reply.err and string.match(reply.err, '^NOGROUP') then
      redis.call('XGROUP', 'CREATE', KEYS[i], ARGV[3], '0', 'MKSTREAM')
      reply = got(KEYS[i], left, from)
    end
    if reply and reply.err then
      if not string.match(reply.err, '^WRONGTYPE') then return reply end
      entries = KEYS[i] .. ': ' .. reply.err
    else
      entries = withoutRedacted(reply and reply[1][2] or {}, KEYS[i + 2])
      left = left - #entries
    end
  end
  out[#out + 1] = entries
end
return out`;

/**
 * Acknowledges entries, trims the feed as far as nothing in it is wanted, and advances the marks. Keys: feed, lease,
 * stored, redactions. Arguments: reader, group, number of ids, ids, then destination, epoch and seq of each mark.
 * Returns 0, and does nothing, when the partition is another reader's: who has it will read them again.
 */
export const acknowledge = `
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local count = tonumber(ARGV[3])
for from = 4, 3 + count, 1000 do
  redis.call('XACK', KEYS[1], ARGV[2], unpack(ARGV, from, math.min(from + 999, 3 + count)))
end
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[2])
local lowest = pending[2] or '0-0'
if not pending.err and not pending[2] then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local of = {}
    for at = 1, #group, 2 do of[group[at]] = group[at + 1] end
    if of['name'] == ARGV[2] then lowest = of['last-delivered-id'] end
  end
  local time, number = string.match(lowest, '(%d+)-(%d+)')
  lowest = time .. '-' .. string.format('%.0f', number + 1)
end
redis.call('XTRIM', KEYS[1], 'MINID', lowest)
for at = 4 + count, #ARGV, 3 do
  local destination, epoch, seq = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local mark = redis.call('HGET', KEYS[3], destination)
  local e, s = string.match(mark or '', '(%d+)-(%d+)')
  if not e or tonumber(e) < epoch or (tonumber(e) == epoch and tonumber(s) < seq) then
    local now = ARGV[at + 1] .. '-' .. ARGV[at + 2]
    redis.call('HSET', KEYS[3], destination, now)
    redis.call('PUBLISH', KEYS[3], now .. ' ' .. destination)
  end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[4])) do
  local e, s, destination = string.match(name, '^(%d+)%-(%d+) (.*)$')
  local mark = e and redis.call('HGET', KEYS[3], destination)
  local me, ms = string.match(mark or '', '(%d+)-(%d+)')
  e, s, me, ms = tonumber(e), tonumber(s), tonumber(me), tonumber(ms)
  if not e or me and (me > e or me == e and ms >= s) then redis.call('HDEL', KEYS[4], name) end
end
return 1`;

/** How much waits. Keys: feeds. Returns the time in milliseconds, then of each its length and its first id. */
export const lag = `
local time = redis.call('TIME')
local out = { time[1] * 1000 + math.floor(time[2] / 1000) }
for i = 1, #KEYS do
  local is = redis.call('TYPE', KEYS[i]).ok == 'stream'
  out[#out + 1] = is and redis.call('XLEN', KEYS[i]) or 0
  local first = is and redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)
  out[#out + 1] = first and first[1] and first[1][1] or ''
end
return out`;
