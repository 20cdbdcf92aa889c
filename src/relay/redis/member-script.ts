// What Redis does about the users of one partition: who joins and leaves, who is there, which nodes are alive.
import { script } from './scripts.ts';

/**
 * Takes what one node asks, one after another, and forgets the nodes whose time is over before that, so that nobody
 * is ever told of a dead one.
 *
 * A mark counts what each node has done here: a promotion that has lost some of it, or a node that was taken for dead,
 * shows by it, and the node says anew whom it has.
 *
 * KEYS: nodes (until when each is alive), members (user, session, node), placed (node, user, session), users, marks,
 * shares (of the quota of a user: user, node), channel of changes.
 * ARGV: this node, for how many milliseconds it is alive; per question its kind and three words:
 * join user session limit (1: let in, 0: not), leave user session, beat mark (1: all is here, 0: say it anew),
 * anew list shares (all members of this node: user, session, ... parted by NUL; and its shares: user, count, ...), gone
 * (this node is), of user (session, node, ...), page after limit (users), count, nodes, claim user limit wanted (this
 * node's share of the quota, and the other nodes with one), keep user count (no more of it).
 */
export const memberScript = script(`#!lua
local nodes, members, placed, users, marks, shares, changes = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, span = ARGV[1], tonumber(ARGV[2])

local function countOf(user)
  return redis.call('ZLEXCOUNT', members, '[' .. user .. '\\0', '(' .. user .. '\\1')
end

local function put(user, session)
  if redis.call('ZADD', members, 0, user .. '\\0' .. session .. '\\0' .. node) == 0 then return end
  redis.call('ZADD', placed, 0, node .. '\\0' .. user .. '\\0' .. session)
  if redis.call('ZADD', users, 0, user) == 1 then redis.call('SPUBLISH', changes, '+' .. user) end
end

local function take(user, session, at)
  if redis.call('ZREM', members, user .. '\\0' .. session .. '\\0' .. at) == 0 then return end
  redis.call('ZREM', placed, at .. '\\0' .. user .. '\\0' .. session)
  if countOf(user) > 0 then return end
  redis.call('ZREM', users, user)
  redis.call('SPUBLISH', changes, '-' .. user)
end

local function placedAt(at)
  return redis.call('ZRANGEBYLEX', placed, '[' .. at .. '\\0', '(' .. at .. '\\1')
end

local function hasHere(user)
  local from = node .. '\\0' .. user
  return redis.call('ZLEXCOUNT', placed, '[' .. from .. '\\0', '(' .. from .. '\\1') > 0
end

local function forget(at)
  for _, entry in ipairs(placedAt(at)) do
    local user, session = string.match(entry, '^[^%z]*%z([^%z]*)%z(.*)$')
    take(user, session, at)
    redis.call('HDEL', shares, user .. '\\0' .. at)
  end
  redis.call('HDEL', marks, at)
  redis.call('ZREM', nodes, at)
end

local function pairsOf(list)
  local found, first = {}, nil
  for word in string.gmatch(list, '([^%z]+)') do
    if first then found[#found + 1] = { first, word } end
    first = not first and word or nil
  end
  return found
end

local function anew(list, given)
  local wanted = {}
  for _, member in ipairs(pairsOf(list)) do
    wanted[node .. '\\0' .. member[1] .. '\\0' .. member[2]] = true
    put(member[1], member[2])
    redis.call('HDEL', shares, member[1] .. '\\0' .. node)
  end
  for _, entry in ipairs(placedAt(node)) do
    if not wanted[entry] then
      local user, session = string.match(entry, '^[^%z]*%z([^%z]*)%z(.*)$')
      take(user, session, node)
      redis.call('HDEL', shares, user .. '\\0' .. node)
    end
  end
  for _, share in ipairs(pairsOf(given)) do
    if hasHere(share[1]) then redis.call('HSET', shares, share[1] .. '\\0' .. node, share[2]) end
  end
  redis.call('HSET', marks, node, '1')
  return 1
end

local asked = {}
function asked.join(user, session, limit)
  redis.call('HINCRBY', marks, node, 1)
  if tonumber(limit) > 0 and countOf(user) >= tonumber(limit) then return 0 end
  put(user, session)
  return 1
end
function asked.leave(user, session)
  redis.call('HINCRBY', marks, node, 1)
  take(user, session, node)
  if not hasHere(user) then redis.call('HDEL', shares, user .. '\\0' .. node) end
  return 1
end
function asked.claim(user, limit, wanted)
  redis.call('HINCRBY', marks, node, 1)
  if not hasHere(user) then return { 0 } end
  local own = tonumber(redis.call('HGET', shares, user .. '\\0' .. node) or 0)
  local room, answer, seen = tonumber(limit) - own, { own }, { [node] = true }
  local entries = redis.call('ZRANGEBYLEX', members, '[' .. user .. '\\0', '(' .. user .. '\\1')
  for _, entry in ipairs(entries) do
    local at = string.match(entry, '([^%z]*)$')
    local share = not seen[at] and redis.call('HGET', shares, user .. '\\0' .. at)
    seen[at] = true
    if share then
      room = room - tonumber(share)
      answer[#answer + 1] = at
    end
  end
  local more = math.max(0, tonumber(wanted) - own)
  if room <= 0 then return answer end
  if #answer == 1 or room <= more then more = room else more = more + math.floor((room - more) / 2) end
  answer[1] = own + more
  redis.call('HSET', shares, user .. '\\0' .. node, answer[1])
  return answer
end
function asked.keep(user, count)
  redis.call('HINCRBY', marks, node, 1)
  if tonumber(count) > 0 and hasHere(user) then
    redis.call('HSET', shares, user .. '\\0' .. node, count)
  else
    redis.call('HDEL', shares, user .. '\\0' .. node)
  end
  return 1
end
function asked.beat(mark)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, math.max(span * 10, 3600000)) end
  return (redis.call('HGET', marks, node) or '0') == mark and 1 or 0
end
asked.anew = anew
function asked.gone() forget(node) return 1 end
function asked.of(user)
  local found = {}
  local entries = redis.call('ZRANGEBYLEX', members, '[' .. user .. '\\0', '(' .. user .. '\\1')
  for _, entry in ipairs(entries) do
    local session, at = string.match(entry, '^[^%z]*%z([^%z]*)%z(.*)$')
    found[#found + 1] = session
    found[#found + 1] = at
  end
  return found
end
function asked.page(after, limit)
  return redis.call('ZRANGEBYLEX', users, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, limit)
end
function asked.count() return redis.call('ZCARD', users) end
function asked.nodes() return redis.call('ZRANGE', nodes, 0, -1) end

redis.call('ZADD', nodes, now + span, node)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', now)) do forget(dead) end
local answers = {}
for at = 3, #ARGV, 4 do
  answers[#answers + 1] = asked[ARGV[at]](ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
end
return answers
`);
