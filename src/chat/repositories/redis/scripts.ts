// What Redis does about notices, each call in one step. No user's name, no id of a room and no id of a notice has a control
// character: lines part them, and what begins with a line ends before the next character, the vertical tab.

/**
 * KEYS: see {@link noticeKeys}. `forget` takes one away with all that names it; `keep` adds one, and the oldest of its
 * user go beyond the cap.
 */
const common = `#!lua
local through, notices, by_user, by_room, due, tries, place = unpack(KEYS)

local function forget(user, id)
  local field = user .. '\\n' .. id
  local value = redis.call('HGET', notices, field)
  if not value then return 0 end
  local at, room = string.match(value, '^(%d+) %d+ ([^\\n]*)\\n')
  redis.call('HDEL', notices, field)
  redis.call('HDEL', tries, field)
  redis.call('ZREM', by_user, user .. '\\n' .. at .. '\\n' .. id)
  redis.call('ZREM', by_room, room .. '\\n' .. id .. '\\n' .. user)
  redis.call('ZREM', due, field)
  return 1
end

local function within(index, start, ...)
  return redis.call('ZRANGEBYLEX', index, '[' .. start .. '\\n', '(' .. start .. '\\v', ...)
end

local function ids_of(user, most)
  local ids = within(by_user, user, 'LIMIT', 0, most)
  for at, member in ipairs(ids) do ids[at] = string.match(member, '\\n%d+\\n(.*)$') end
  return ids
end

local function keep(cap, user, id, number, room, json, post_at)
  local field = user .. '\\n' .. id
  if redis.call('HEXISTS', notices, field) == 1 then return end
  local at = string.format('%016d', redis.call('INCR', place))
  redis.call('HSET', notices, field, at .. ' ' .. number .. ' ' .. room .. '\\n' .. json)
  redis.call('ZADD', by_user, 0, user .. '\\n' .. at .. '\\n' .. id)
  redis.call('ZADD', by_room, 0, room .. '\\n' .. id .. '\\n' .. user)
  if post_at ~= '' then redis.call('ZADD', due, post_at, field) end
  local count = redis.call('ZLEXCOUNT', by_user, '[' .. user .. '\\n', '(' .. user .. '\\v')
  if count <= cap then return end
  for _, old in ipairs(ids_of(user, count - cap)) do forget(user, old) end
end
`;

/** Which keys all of them take, in this order. */
export const noticeKeys = ['through', 'notices', 'byUser', 'byRoom', 'due', 'tries', 'place'] as const;

/** ARGV: room, number. */
export const beginScript = `${common}
redis.call('HSETNX', through, ARGV[1], ARGV[2])
return redis.call('HGET', through, ARGV[1])
`;

/**
 * ARGV: the cap; per step its room, after, through, how many are kept and per one of those user, id, number, JSON and
 * when to post it; how many are dropped, and their ids. Answers per step 1 or 0.
 */
export const commitScript = `${common}
local cap, at, answers = tonumber(ARGV[1]), 2, {}
while at <= #ARGV do
  local room, after, upto, kept = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local taken = redis.call('HGET', through, room) == after
  if taken then redis.call('HSET', through, room, upto) end
  at = at + 4
  for _ = 1, kept do
    if taken then keep(cap, ARGV[at], ARGV[at + 1], ARGV[at + 2], room, ARGV[at + 3], ARGV[at + 4]) end
    at = at + 5
  end
  local dropped = tonumber(ARGV[at])
  for one = at + 1, at + dropped do
    local names = taken and within(by_room, room .. '\\n' .. ARGV[one]) or {}
    for _, name in ipairs(names) do forget(string.match(name, '\\n[^\\n]*\\n(.*)$'), ARGV[one]) end
  end
  at = at + 1 + dropped
  answers[#answers + 1] = taken and 1 or 0
end
return answers
`;

/** ARGV: the cap, user, id, number, room, JSON. */
export const keepScript = `${common}
keep(tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], '')
`;

/** ARGV: user, how many. Answers the values. */
export const ofScript = `${common}
local values = {}
for at, id in ipairs(ids_of(ARGV[1], ARGV[2])) do
  values[at] = redis.call('HGET', notices, ARGV[1] .. '\\n' .. id)
end
return values
`;

/** ARGV: user, ids. Answers those that were there. */
export const dropScript = `${common}
local dropped = {}
for at = 2, #ARGV do
  if forget(ARGV[1], ARGV[at]) == 1 then dropped[#dropped + 1] = ARGV[at] end
end
return dropped
`;

/** ARGV: user, room, number. */
export const readScript = `${common}
for _, id in ipairs(ids_of(ARGV[1], -1)) do
  local value = redis.call('HGET', notices, ARGV[1] .. '\\n' .. id)
  local number, room = string.match(value, '^%d+ (%d+) ([^\\n]*)\\n')
  if room == ARGV[2] and tonumber(number) <= tonumber(ARGV[3]) then forget(ARGV[1], id) end
end
`;

/** ARGV: room, how many at most. Answers how many notices are gone. */
export const endScript = `${common}
redis.call('HDEL', through, ARGV[1])
local names = within(by_room, ARGV[1], 'LIMIT', 0, ARGV[2])
for _, name in ipairs(names) do
  local id, user = string.match(name, '^[^\\n]*\\n([^\\n]*)\\n(.*)$')
  forget(user, id)
end
return #names
`;

/** ARGV: now, leased until, how many. Answers per notice user and id, value, tries. */
export const dueScript = `${common}
local answers = {}
for _, field in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  redis.call('ZADD', due, ARGV[2], field)
  answers[#answers + 1] = field
  answers[#answers + 1] = redis.call('HGET', notices, field)
  answers[#answers + 1] = redis.call('HINCRBY', tries, field, 1) - 1
end
return answers
`;

/** ARGV: user and id, when again or nothing. */
export const postedScript = `${common}
if ARGV[2] == '' then redis.call('ZREM', due, ARGV[1])
elseif redis.call('HEXISTS', notices, ARGV[1]) == 1 then redis.call('ZADD', due, ARGV[2], ARGV[1]) end
`;
