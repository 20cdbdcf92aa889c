// Whether a message is on a server still, which may have taken over since it was sent.
import { mostEnded, script } from './scripts.ts';

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
