// What Redis does with what is sent: into its log, or to whoever listens now, and into the queues that it fills.
import { filling } from './filling.ts';
import { begin, script } from './scripts.ts';

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

/** Takes messages into logs: {@link appending}, by itself. */
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
