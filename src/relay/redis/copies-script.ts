// What Redis does with copies of logged messages in queues: finds them step by step, puts tombstones in their places.
//
// A copy stands in the hash of its queue's bodies from when its topic put it there until it is acknowledged or lost,
// whether it waits or somebody has it. So a scan of that hash meets every copy that was there when it began, whatever is
// taken and given back meanwhile, and what comes later is no copy of what was published before. A step looks at no more
// than Redis can without letting others wait, however long the queue is; nothing is kept for it while messages come and
// go, and nothing is left behind. An index by message would cost each message that waits; a list of what was redacted
// would be asked for each that is given, and have to be kept for as long as the oldest message.
import { shared } from './queue-lua.ts';
import { type Script, script } from './scripts.ts';

/** A step looks at about so many bytes, and at so many messages. */
const step = { bytes: 512 * 1024, messages: 250 };
/** What a message is taken to have where none waits. */
const usualBytes = 4096;

/*
 * Of which log a message is, and where it stands there: its topic brought it behind a line that says so, or, as a dead
 * letter, it has an id that does; see the payloads and envelopes.
 */
const placing = `
local function varint(bytes, at)
  local value, scale = 0, 1
  while true do
    local byte = string.byte(bytes, at) or 0
    at, value, scale = at + 1, value + byte % 128 * scale, scale * 128
    if byte < 128 then return value, at end
  end
end
local function placeOf(bytes)
  local kind = string.byte(bytes)
  if kind == 0x4c then
    local e, s, destination = string.match(bytes, '^L(%d+) (%d+) %w+\\n([^\\n]*)\\n')
    return destination, e, s
  end
  if kind ~= 0x21 then return end
  local length, at = varint(bytes, 11)
  length, at = varint(bytes, at + length)
  return string.match(string.sub(bytes, at, at + length - 1), '^(.-)%.(%d+)%-(%d+)$')
end
`;

/**
 * One step through a queue: finds copies of messages, or takes out those of all up to a position but for what somebody
 * has, which it finds.
 *
 * KEYS: the queue, the set of queues. ARGV: clock ahead, destination, where the last step ended (0: this is the first), what is
 * looked for as `<destination or its hash> <epoch>-<seq>`, or behind `upTo` destination, its hash, epoch, seq.
 * Answers where it ended (0: it was the last); order and envelope of each that was found; why and envelope of each that is
 * lost.
 */
export const findCopiesScript: Script = script(`#!lua flags=allow-oom
${shared}
${placing}
local q, queues, destination = opened(KEYS[1]), KEYS[2], ARGV[2]
local wanted
if ARGV[4] == 'upTo' then
  local epoch, seq = tonumber(ARGV[7]), tonumber(ARGV[8])
  wanted = function(of, e, s)
    if of ~= ARGV[5] and of ~= ARGV[6] then return false end
    return tonumber(e) < epoch or tonumber(e) == epoch and tonumber(s) <= seq
  end
else
  local names = {}
  for at = 4, #ARGV do names[ARGV[at]] = true end
  wanted = function(of, e, s) return names[of .. ' ' .. e .. '-' .. s] end
end
local waiting = redis.call('ZCARD', q.line)
local each = waiting > 0 and tonumber(redis.call('HGET', q.key, 'b') or '0') / waiting or ${usualBytes}
local count = math.max(1, math.min(${step.messages}, math.floor(${step.bytes} / math.max(each, 1))))
local ended, page = unpack(redis.call('HSCAN', q.body, ARGV[3], 'COUNT', count))
local found, lost = {}, {}
for at = 1, #page, 2 do
  local of, e, s = placeOf(page[at + 1])
  if of and wanted(of, e, s) then
    if ARGV[4] == 'upTo' and redis.call('ZREM', q.line, page[at]) == 1 then
      lose(q, page[at], 'expired', lost)
    else
      found[#found + 1], found[#found + 2] = page[at], page[at + 1]
    end
  end
end
if #lost > 0 then forgetEmpty(q, queues, destination) end
return { ended, found, lost }
`);

/**
 * Puts something else in the place of messages, where they still stand; it may be of no use any more.
 *
 * KEYS: the queue, the set of queues. ARGV: clock ahead, destination, whether it is of no use; per message order, envelope,
 * the one that takes its place.
 * Answers why and envelope of each that is lost.
 */
export const changeCopiesScript: Script = script(`#!lua flags=allow-oom
${shared}
local q, queues, destination, isOver = opened(KEYS[1]), KEYS[2], ARGV[2], ARGV[3] == '1'
local lost = {}
for at = 4, #ARGV, 3 do
  local order, was, is = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('HGET', q.body, order) == was then
    local waits = redis.call('ZSCORE', q.line, order)
    redis.call('HSET', q.body, order, is)
    if waits then redis.call('HINCRBY', q.key, 'b', #is - #was) end
    if isOver and waits then
      redis.call('ZREM', q.line, order)
      lose(q, order, 'expired', lost)
    elseif isOver then
      local node, claim, deliveries, priority = partsOf(redis.call('HGET', q.out, order))
      if node then redis.call('HSET', q.out, order, node .. ' ' .. claim .. ' ' .. deliveries .. ' ' .. priority .. ' 1') end
    end
  end
end
if #lost > 0 then forgetEmpty(q, queues, destination) end
return lost
`);
