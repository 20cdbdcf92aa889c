// What Redis does in one step: scripts in Lua, each called by its hash and loaded again where it was flushed away.
//
// Scripts and not functions: a script goes by the hash of its text, so that nodes of two versions work side by side
// during a rolling deploy, and it needs no right to change the server's libraries.
import { createHash } from 'node:crypto';
import { filling } from './filling.ts';

/** A script and what Redis calls it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** Makes a script known by the hash of its text. */
export const script = (source: string): Script => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

/*
 * What was redacted is taken out of its stream; what stands in its place is in a hash beside the log, by its place.
 * Whoever reads puts the two together, so that a log has no hole. See the script that redacts.
 */
export const tombstones = `
local function tombstonesOf(redacted, epoch)
  if redis.call('EXISTS', redacted) == 0 then return function() return false end end
  return function(seq) return redis.call('HGET', redacted, string.format('%.0f-%.0f', epoch, seq)) end
end
local function oldestOf(log, seq, tombstone)
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local from = first and tonumber(string.match(first[1], '^%d+')) or seq + 1
  while from > 1 and tombstone(from - 1) do from = from - 1 end
  return from
end
`;

/** So many epochs that have ended stay readable, while the history may lack them. */
const mostEnded = 4;

/*
 * The fence: which server counts. Redis takes another replication id at each start and at each promotion, also when
 * it is given back to a server that was a primary before, which a run id would not show: its positions could be given
 * out twice. A script may ask for it, so it is never stale. It costs 2 us.
 */
export const begin = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local fence = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
local function text(number) return string.format('%.0f', number) end
local function failed(reply) return type(reply) == 'table' and reply.err end
local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == kind or found == 'none'
end
local function storedSeq(marks, destination, epoch)
  local mark = redis.pcall('HGET', marks, destination)
  if not mark or failed(mark) then return 0 end
  local e, s = string.match(mark, '^(%d+)%-(%d+)$')
  if e and tonumber(e) == epoch then return tonumber(s) end
  return 0
end
-- what stands under an epoch that has ended: its log beside the one that counts, until it is too old
local function endedOf(top)
  local list = redis.pcall('HGET', top, 'p')
  local ended = {}
  if type(list) == 'string' then
    for e, s in string.gmatch(list, '(%d+)%-(%d+)') do ended[#ended + 1] = { tonumber(e), tonumber(s) } end
  end
  return ended
end
local function endedLog(log, epoch) return log .. '\\0' .. text(epoch) end
local function keepEnded(log, top, epoch, seq, age)
  if not epoch or not seq or seq == 0 then return redis.call('UNLINK', log) end
  local ended = endedOf(top)
  table.insert(ended, 1, { epoch, seq })
  for at = #ended, ${mostEnded} + 1, -1 do redis.call('UNLINK', endedLog(log, table.remove(ended)[1])) end
  for at, one in ipairs(ended) do ended[at] = text(one[1]) .. '-' .. text(one[2]) end
  redis.call('HSET', top, 'p', table.concat(ended, ' '))
  if redis.call('EXISTS', log) == 1 then
    redis.call('RENAME', log, endedLog(log, epoch))
    redis.call('PEXPIRE', endedLog(log, epoch), age > 0 and age or 86400000)
  end
end
local function trimByAge(log, top, before, storedTo)
  for _ = 1, 8 do
    local entries = redis.call('XRANGE', log, '-', '+', 'COUNT', 16)
    if #entries == 0 then return redis.call('HSET', top, 'o', text(now)) end
    for _, entry in ipairs(entries) do
      local fields, at = entry[2], nil
      for f = 1, #fields, 2 do if fields[f] == 't' then at = tonumber(fields[f + 1]) end end
      if (at or 0) >= before or tonumber(string.match(entry[1], '^%d+')) > storedTo then
        redis.call('XTRIM', log, 'MINID', entry[1])
        return redis.call('HSET', top, 'o', text(at or now))
      end
    end
    redis.call('XTRIM', log, 'MINID', text(tonumber(string.match(entries[#entries][1], '^%d+')) + 1))
  end
end
`;

/**
 * Takes messages into the logs of one partition, one after another, each whole or not at all.
 *
 * KEYS: feed, marks, all, bindings, queues; per message log, top, idempotency key, channel.
 * ARGV: milliseconds that the clock is ahead, bound of the feed (0: there is none), bounds of queues; per message
 * destination, envelope, what else travels, whether it has a key, count, age, window, whether it is held back, the least
 * epoch, its terms in a queue.
 * Answers per message: 0 epoch seq (appended), 1 epoch seq (known), 2 (the feed is full), 3 key (of another kind); then
 * why and payload of each message that a queue has lost.
 */
export const appending = `
${filling}
local feedIsSound = bound == 0 or is(feed, 'stream')

local function knownPlace(key)
  local known = redis.pcall('GET', key)
  if not known or failed(known) then return nil, known end
  local e, s, over = string.match(known, '^(%d+)%-(%d+)%-(%d+)$')
  if e and tonumber(over) > now then return { 1, e, s } end
end

local function add(log, epoch, seq, envelope, extra)
  local id, e, s, t = text(seq) .. '-0', text(epoch), text(seq), text(now)
  if extra == '' then return redis.pcall('XADD', log, id, 'e', e, 's', s, 't', t, 'm', envelope) end
  return redis.pcall('XADD', log, id, 'e', e, 's', s, 't', t, 'm', envelope, 'x', extra)
end

local function append(log, top, key, live, destination, envelope, extra, keyed, count, age, window, held, least, terms)
  if keyed then
    local again, wrong = knownPlace(key)
    if again then return again end
    if wrong then return { 3, key } end
  end
  if not feedIsSound then return { 3, feed } end
  if bound > 0 and redis.call('XLEN', feed) >= bound then return { 2 } end
  if not is(log, 'stream') then return { 3, log } end
  if not is(top, 'hash') then return { 3, top } end

  local stands = redis.call('HMGET', top, 'e', 's', 'f', 'o')
  local epoch, seq, oldest = tonumber(stands[1] or ''), tonumber(stands[2] or ''), tonumber(stands[4] or '')
  local anew = not epoch or not seq or stands[3] ~= fence
  if anew then
    keepEnded(log, top, epoch, seq, age)
    epoch, seq, oldest = math.max(now, (epoch or 0) + 1, least), 0, now
  end
  seq = seq + 1
  if failed(add(log, epoch, seq, envelope, extra)) then
    -- somebody wrote into the log: what stands there cannot be continued
    anew, epoch, seq, oldest = true, math.max(now, epoch + 1), 1, now
    redis.call('UNLINK', log)
    add(log, epoch, seq, envelope, extra)
  end
  local e, s = text(epoch), text(seq)
  if bound > 0 then redis.call('XADD', feed, '*', 'e', e, 's', s, 'd', destination, 'm', envelope) end
  if anew then redis.call('HSET', top, 'e', e, 's', s, 'f', fence, 'o', text(now))
  else redis.call('HSET', top, 's', s) end
  if keyed then redis.call('SET', key, e .. '-' .. s .. '-' .. text(now + window), 'PX', window) end

  local tooOld = age > 0 and oldest and now - oldest > age
  if seq > count or tooOld then
    local storedTo = bound == 0 and seq or storedSeq(marks, destination, epoch)
    local cut = math.min(seq - count, storedTo)
    if cut > 0 then redis.call('XTRIM', log, 'MINID', text(cut + 1) .. '-0') end
    if tooOld then trimByAge(log, top, now - age, storedTo) end
  end
  if age > 0 then
    redis.call('PEXPIRE', log, age)
    redis.call('PEXPIRE', top, age)
  else
    redis.call('PERSIST', top)
  end
  local lost = {}
  local whole = 'L' .. e .. ' ' .. s .. ' ' .. string.sub(fence, 1, 8) .. '\\n' .. destination .. '\\n' .. extra .. '\\n' .. envelope
  fill(destination, terms, whole, lost)
  if not held then
    redis.call('SPUBLISH', live, whole)
    redis.call('SPUBLISH', all, whole)
  end
  return { 0, e, s, unpack(lost) }
end
`;

/** Takes messages into the logs of one partition; see above. */
export const appendScript = script(`#!lua
${begin}
local bound, limits = tonumber(ARGV[2]), ARGV[3]
local feed, marks, all, bindings, queues = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
${appending}
local answers = {}
for m = 0, (#KEYS - 5) / 4 - 1 do
  local k, a = 6 + m * 4, 4 + m * 10
  answers[m + 1] = append(KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], ARGV[a], ARGV[a + 1], ARGV[a + 2],
    ARGV[a + 3] == '1', tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5]), tonumber(ARGV[a + 6]), ARGV[a + 7] == '1',
    tonumber(ARGV[a + 8]), ARGV[a + 9])
end
return answers
`);

/**
 * Brings plain messages of one partition to those that have interest: to both channels in one step, or nodes with
 * patterns would hear two messages in another order. It needs no memory, so it is not stopped where there is none.
 *
 * KEYS: all, bindings, queues; per message its channel. ARGV: clock ahead, bounds of queues; per message destination,
 * its terms in a queue, the message.
 * Answers per message why and payload of each message that a queue has lost; 0: there is no queue to lose any.
 */
export const publishScript = script(`#!lua flags=allow-oom
local all, bindings, queues, limits = KEYS[1], KEYS[2], KEYS[3], ARGV[2]
${filling}
if fill == nobody then
  for k = 4, #KEYS do
    local payload = ARGV[3 * k - 7]
    redis.call('SPUBLISH', KEYS[k], payload)
    redis.call('SPUBLISH', all, payload)
  end
  return 0
end
local answers = {}
for m = 0, #KEYS - 4 do
  local a, lost = 3 + m * 3, {}
  fill(ARGV[a], ARGV[a + 1], ARGV[a + 2], lost)
  redis.call('SPUBLISH', KEYS[m + 4], ARGV[a + 2])
  redis.call('SPUBLISH', all, ARGV[a + 2])
  answers[m + 1] = lost
end
return answers
`);

/**
 * How far a log reaches, the counter begun or fenced where that is due.
 *
 * KEYS: log, top, marks, redacted. ARGV: clock ahead, destination, age, whether there is a history, whether it is held back, the
 * least epoch.
 * Answers epoch, seq that may be given out, oldest seq, the epochs before it with their ends, the latest first.
 */
export const reachScript = script(`#!lua
${begin}
${tombstones}
local log, top, marks = KEYS[1], KEYS[2], KEYS[3]
local destination, age, history, held = ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1', ARGV[5] == '1'
if not is(log, 'stream') then return { err = 'WRONGTYPE ' .. log } end
if not is(top, 'hash') then return { err = 'WRONGTYPE ' .. top } end
local stands = redis.call('HMGET', top, 'e', 's', 'f', 'o')
local epoch, seq, oldest = tonumber(stands[1] or ''), tonumber(stands[2] or ''), tonumber(stands[4] or '')
if not epoch or not seq or stands[3] ~= fence then
  keepEnded(log, top, epoch, seq, age)
  epoch, seq, oldest = math.max(now, (epoch or 0) + 1, tonumber(ARGV[6])), 0, now
  redis.call('HSET', top, 'e', text(epoch), 's', '0', 'f', fence, 'o', text(now))
  redis.call('PEXPIRE', top, age > 0 and math.min(age, 3600000) or 3600000)
end
local storedTo = history and storedSeq(marks, destination, epoch) or seq
if age > 0 and oldest and now - oldest > age then trimByAge(log, top, now - age, storedTo) end
local shown = held and math.min(seq, storedTo) or seq
local from = oldestOf(log, seq, tombstonesOf(KEYS[4], epoch))
return { text(epoch), text(shown), text(math.min(from, shown + 1)), redis.call('HGET', top, 'p') or '' }
`);

/**
 * What stands behind a seq, as far as it may be given out: in the epoch that counts, or in one that has ended. Who stands
 * at the end of that is told of the next one.
 *
 * KEYS: log, top, marks, redacted. ARGV: destination, epoch, after, limit, whether it is held back, bytes after which it ends
 * early (0: none).
 * Answers epoch, seq that may be given out, oldest seq, fence of that epoch (no epoch: the first three are empty); then
 * the entries when their epoch counts.
 */
export const readScript = script(`#!lua flags=no-writes
${tombstones}
local log, top, marks = KEYS[1], KEYS[2], KEYS[3]
local stands = redis.call('HMGET', top, 'e', 's', 'f', 'p')
local epoch, seq = tonumber(stands[1] or ''), tonumber(stands[2] or '')
if not epoch or not seq then
  return { '', '', '', string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)'), 1, 8) }
end
local function text(number) return string.format('%.0f', number) end
local asked, after = tonumber(ARGV[2]), tonumber(ARGV[3])
local fence, later = string.sub(stands[3] or '', 1, 8), nil
for e, s in string.gmatch(stands[4] or '', '(%d+)%-(%d+)') do
  e, s = tonumber(e), tonumber(s)
  if e == asked and after < s then later = { e, s } end
  if e <= asked then
    if e == asked and later then
      epoch, seq, log, fence = later[1], later[2], log .. '\\0' .. text(later[1]), ''
    end
    break
  end
  later = { e, s }
end
local shown = seq
if ARGV[5] == '1' then
  local mark = redis.call('HGET', marks, ARGV[1])
  local e, s = string.match(mark or '', '^(%d+)%-(%d+)$')
  shown = e and (tonumber(e) > epoch and seq or tonumber(e) == epoch and math.min(seq, tonumber(s))) or 0
end
local tombstone = tombstonesOf(KEYS[4], epoch)
local from = oldestOf(log, seq, tombstone)
local answer = { text(epoch), text(shown), text(math.min(from, shown + 1)), fence }
if asked == epoch and after < shown then
  local limit, at, whole = tonumber(ARGV[4]), math.max(after, from - 1), {}
  local function fill(upTo)
    while at < upTo and #whole < limit do
      local found = tombstone(at + 1)
      if not found then break end
      at = at + 1
      whole[#whole + 1] = { text(at) .. '-0', { 'm', found } }
    end
  end
  for _, entry in ipairs(redis.call('XRANGE', log, text(after + 1) .. '-0', text(shown) .. '-0', 'COUNT', limit)) do
    local place = tonumber(string.match(entry[1], '^%d+'))
    fill(place - 1)
    if #whole < limit then whole[#whole + 1] = entry end
    at = place
  end
  fill(shown)
  local most, bytes, kept = tonumber(ARGV[6]), 0, {}
  for i, entry in ipairs(whole) do
    if most > 0 and bytes >= most then break end
    kept[i] = entry
    for _, part in ipairs(entry[2]) do bytes = bytes + #part end
  end
  answer[5] = kept
end
return answer
`);

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

/** Whether a message is on this server: in the epoch that counts, or in one that ended when this server took over. */
const has = `
local function has(top, epoch, seq)
  local stands = redis.call('HMGET', top, 'e', 's', 'p')
  if stands[1] == epoch then return (tonumber(stands[2] or '') or 0) >= tonumber(seq) end
  for e, s in string.gmatch(stands[3] or '', '(%d+)%-(%d+)') do
    if e == epoch then return tonumber(s) >= tonumber(seq) end
  end
  return false
end
`;

/**
 * Whether a message is on this server, and then a write behind it, which WAIT on this connection can wait for.
 *
 * KEYS: top, a key to write. ARGV: epoch, seq. Answers the number of replicas; -1: the message is not here.
 */
export const presentScript = script(`#!lua
${has}
if not has(KEYS[1], ARGV[1], ARGV[2]) then return -1 end
redis.call('SET', KEYS[2], ARGV[1] .. '-' .. ARGV[2], 'PX', 1000)
return tonumber(string.match(redis.call('INFO', 'replication'), 'connected_slaves:(%d+)'))
`);

/**
 * Whether a message is on this server. KEYS: top. ARGV: epoch, seq. Answers 1 or 0; 2: nothing is known of its log, or of
 * an epoch that ended so long ago.
 */
export const hasScript = script(`#!lua flags=no-writes
${has}
if redis.call('EXISTS', KEYS[1]) == 0 then return 2 end
local ended, oldest = 0, 0
for e in string.gmatch(redis.call('HGET', KEYS[1], 'p') or '', '(%d+)%-%d+') do ended, oldest = ended + 1, tonumber(e) end
if ended >= ${mostEnded} and tonumber(ARGV[1]) < oldest then return 2 end
return has(KEYS[1], ARGV[1], ARGV[2]) and 1 or 0
`);
