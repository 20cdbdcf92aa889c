// What Redis says of a log: how far it reaches, and what stands in it.
import { begin, script, tombstones } from './scripts.ts';

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
