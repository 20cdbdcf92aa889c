// What Redis does in one step: scripts in Lua, each called by its hash and loaded again where it was flushed away. Here
// is what those of the logs share.
//
// Scripts and not functions: a script goes by the hash of its text, so that nodes of two versions work side by side
// during a rolling deploy, and it needs no right to change the server's libraries.
import { createHash } from 'node:crypto';

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
export const mostEnded = 4;

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
