// How Redis fills the queues of durable subscriptions: in the step that publishes, before anybody hears of it.
//
// A message is published, appended and put into every queue that its topic fills by one call of one script. So it is in
// each of them exactly once, whichever node publishes and whatever dies: there is no filling node that could be paused,
// cut off or killed between a position and what stands behind it, no lease to wait for, and plain messages, which have
// no log to be read again from, are kept as well as logged ones. A retry that an idempotency key answers fills nothing.
// The price: a queue has to lie in the slot of what fills it. That of one topic lies there; a pattern has one queue in
// each partition, and who takes from it takes from all of them, so the order is that of each topic, as with patterns
// everywhere. Where nobody is subscribed durably it costs one EXISTS per call.
import { enqueuing, shared } from './queue-lua.ts';

/*
 * Spring's patterns as the nodes match them: whoever publishes may be another one than who subscribed. Of `**` only the
 * latest is ever taken back. Everybody waits for this, and clients write patterns: within a segment what stands between two
 * `*` is looked for from the left, by what Lua has for it.
 */
export const matching = `
local function fits(pattern, text, many, same)
  local star, taken, g, t = 0, 1, 1, 1
  while t <= #text do
    if pattern[g] == many then
      star, taken, g = g, t, g + 1
    elseif pattern[g] and same(pattern[g], text[t]) then
      g, t = g + 1, t + 1
    elseif star == 0 then
      return false
    else
      taken = taken + 1
      g, t = star + 1, taken
    end
  end
  while pattern[g] == many do g = g + 1 end
  return g > #pattern
end
local character = '[%z\\1-\\127\\194-\\244][\\128-\\191]*'
-- where the last so many characters of a text begin
local function tailOf(text, characters)
  local at = #text + 1
  for _ = 1, characters do
    repeat
      at = at - 1
      if at < 1 then return nil end
    until not string.find(text, '^[\\128-\\191]', at)
  end
  return at
end
-- what stands between two *: where no ? is in it, it is looked for as it stands
local globs = {}
local function piecesOf(glob)
  if globs[glob] then return globs[glob] end
  local pieces = {}
  for text in string.gmatch(string.gsub(glob, '%*+', '*') .. '*', '([^*]*)%*') do
    local wild = string.find(text, '?', 1, true) and string.gsub(string.gsub(text, '[%^%$%(%)%%%.%[%]%+%-]', '%%%0'), '%?', function() return character end)
    pieces[#pieces + 1] = {text = text, wild = wild, size = select(2, string.gsub(text, character, ''))}
  end
  globs[glob] = pieces
  return pieces
end
-- where a piece ends that begins at a place
local function endAt(piece, text, from)
  if piece.wild then return select(2, string.find(text, '^' .. piece.wild, from)) end
  local last = from + #piece.text - 1
  return string.sub(text, from, last) == piece.text and last or nil
end
local function sameSegment(glob, segment)
  if glob == '*' or glob == segment then return true end
  if not string.find(glob, '[*?]') then return false end
  local pieces = piecesOf(glob)
  local at = endAt(pieces[1], segment, 1)
  if #pieces == 1 then return at == #segment end
  for i = 2, #pieces - 1 do
    if not at then return false end
    local piece = pieces[i]
    at = select(2, string.find(segment, piece.wild or piece.text, at + 1, not piece.wild))
  end
  local begin = at and tailOf(segment, pieces[#pieces].size)
  return begin and begin > at and endAt(pieces[#pieces], segment, begin) == #segment or false
end
local function segmentsOf(path, separators)
  local found, from = {}, 2
  while true do
    local at = string.find(path, '[' .. separators .. ']', from)
    found[#found + 1] = string.sub(path, from, (at or #path + 1) - 1)
    if not at then return found end
    from = at + 1
  end
end
local taken = {}
local function matches(pattern, destination, separators)
  local key = separators .. destination
  if not taken[key] then taken = {[key] = segmentsOf(destination, separators)} end
  return fits(segmentsOf(pattern, separators), taken[key], '**', sameSegment)
end
`;

/*
 * Stands on `bindings`, the key of what is bound in this partition, `queues`, the set of its queues, and `limits`: count,
 * bytes, age, whether the oldest makes room, and how many queues there may be. The key itself: hash, queue to what fills
 * it; with a NUL and a topic: set, the queues that it fills; with a NUL and `patterns`: hash, queue to separators and pattern.
 *
 * \`fill\` is given priority and expiry as `<priority> <expires>`; `-`: it is for no queue. It notes what is lost.
 */
export const filling = `
local nobody = function() end
local fill = nobody
if redis.call('EXISTS', bindings) == 1 then
  ${shared}
  ${matching}
  local count, most, age, drops, mostQueues = string.match(limits, '^(%d+) (%d+) (%d+) (%d) (%d+)$')
  count, most, age, drops, mostQueues = tonumber(count), tonumber(most), tonumber(age), drops == '1', tonumber(mostQueues)
  ${enqueuing}
  local prefix = string.gsub(bindings, 'bindings$', 'queue:')
  local patterns = redis.pcall('HGETALL', bindings .. '\\0patterns')
  if patterns.err then patterns = {} end
  -- plain messages are brought also where there is no memory left; they are not kept then
  local memory = redis.call('INFO', 'memory')
  local used, top = tonumber(string.match(memory, 'used_memory:(%d+)')), tonumber(string.match(memory, 'maxmemory:(%d+)'))
  local isFull = top and top > 0 and used >= top
  local function put(queue, terms, payload, lost)
    if someDeclared and dropUnused(opened(prefix .. queue), queues, queue) then return end
    local priority, expires = string.match(terms, '^(%d) (%d+)$')
    local done, answer = pcall(enqueue, prefix .. queue, queue, tonumber(priority), tonumber(expires), payload)
    if not done or answer[1] ~= 0 then
      lost[#lost + 1] = 'overflow'
      lost[#lost + 1] = payload
    end
    if done then for i = 3, #answer do lost[#lost + 1] = answer[i] end end
  end
  fill = function(destination, terms, payload, lost)
    if terms == '-' then return end
    local function to(queue)
      if not isFull then return put(queue, terms, payload, lost) end
      lost[#lost + 1] = 'overflow'
      lost[#lost + 1] = payload
    end
    local exact = redis.pcall('SMEMBERS', bindings .. '\\0' .. destination)
    for _, queue in ipairs(exact.err and {} or exact) do to(queue) end
    for i = 1, #patterns, 2 do
      local separators, pattern = string.match(patterns[i + 1], '^(%S+) (.*)$')
      if matches(pattern, destination, separators) then to(patterns[i]) end
    end
  end
end
`;
