// What goes on while Redis has fewer replicas than it must have to write: what writes nothing does not wait for them.
import type { Buffer } from 'node:buffer';
import { type Connection, messageOf } from './connection.ts';
import { reachScript } from './log-scripts.ts';
import { begin, type Script, script, tombstones } from './scripts.ts';
import { publishScript } from './send-scripts.ts';

/**
 * Brings plain messages as the script that publishes does, where no queue is to be filled. It has no line that says in
 * which mode it runs, so Redis asks for replicas when something is written, and not before.
 */
const publishOnly = script(`
if redis.call('EXISTS', KEYS[2]) == 1 then return false end
for k = 4, #KEYS do
  local payload = ARGV[3 * k - 7]
  redis.call('SPUBLISH', KEYS[k], payload)
  redis.call('SPUBLISH', KEYS[1], payload)
end
return 0
`);

/** Says how far a log reaches whose counter stands, and is of this server. What is too old is taken out later. */
const reachOnly = script(`#!lua flags=no-writes
${begin}
${tombstones}
local stands = redis.call('HMGET', KEYS[2], 'e', 's', 'f')
local epoch, seq = tonumber(stands[1] or ''), tonumber(stands[2] or '')
if not epoch or not seq or stands[3] ~= fence then return false end
local history, held = ARGV[4] == '1', ARGV[5] == '1'
local shown = held and math.min(seq, history and storedSeq(KEYS[3], ARGV[2], epoch) or seq) or seq
local from = oldestOf(KEYS[1], seq, tombstonesOf(KEYS[4], epoch))
return { text(epoch), text(shown), text(math.min(from, shown + 1)), redis.call('HGET', KEYS[2], 'p') or '' }
`);

const standIns: ReadonlyMap<Script, Script> = new Map([
  [publishScript, publishOnly],
  [reachScript, reachOnly],
]);

/**
 * Calls a script; where Redis refuses to write for want of replicas, what stands in for it, if that can be done without.
 *
 * @throws what Redis said first, where it cannot
 */
export async function callOn(
  commands: Pick<Connection, 'run'>,
  called: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  try {
    return await commands.run(called, keys, args);
  } catch (error) {
    const standIn = standIns.get(called);
    if (standIn === undefined || !messageOf(error).startsWith('NOREPLICAS')) throw error;
    const answer = await commands.run(standIn, keys, args);
    if (answer === null) throw error;
    return answer;
  }
}
