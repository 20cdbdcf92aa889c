// What was said of single queues over Redis: their own limits, whose they are, and when they are gone.
//
// It stands in a hash beside the queue, where the scripts that enqueue read it; who consumes says it, or asks whether it
// may, and is counted as a consumer in the same step, so that no last one leaves in between.
import { StompwireError } from '../../errors.ts';
import { isPattern, type Separator } from '../../message/destination.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import { assertOwner, assertSame, notOwned } from '../../queue/same-terms.ts';
import { bindingKeys, patternText } from './binding-scripts.ts';
import { messageOf, textOf } from './connection.ts';
import type { Keys } from './keys.ts';
import { unavailable } from './lane.ts';
import type { Partition } from './partition.ts';
import { tooMany } from './queue-bounds.ts';
import { shared } from './queue-lua.ts';
import { type Script, script } from './scripts.ts';

/** Who wants to consume, and what is said of the queue. */
export interface Joining {
  readonly partition: Partition;
  readonly keys: Keys;
  readonly node: string;
  readonly ahead: () => number;
  readonly lease: number;
  /** How many queues there may be, over all partitions. */
  readonly queues: number;
  readonly destination: string;
  readonly terms: QueueArguments | undefined;
  /** What fills it, when it is to be bound in the same step: it may have gone meanwhile. */
  readonly source: string | undefined;
  readonly separator: Separator;
}

/**
 * A node joins those that take from a queue.
 *
 * KEYS: the queue, the set of queues, leases; when it is to be bound bindings, and the set of its topic or the hash of
 * patterns. ARGV: clock ahead, destination, node, lease, whose consumer it is, how many queues there may be, what fills it
 * and as a pattern (when it is to be bound), what is said (empty: nothing).
 * Answers 0 (nothing was ever said), 1 (done), 2 (too many queues), or what was said before and is in the way.
 */
const joinScript: Script = script(`#!lua flags=allow-oom
${shared}
local q, queues, leases = opened(KEYS[1]), KEYS[2], KEYS[3]
local destination, node, owner, said = ARGV[2], ARGV[3], ARGV[5], ARGV[9]
dropUnused(q, queues, destination)
local answer = declare(q, queues, destination, said, owner, tonumber(ARGV[6]))
if answer ~= 1 then return answer end
if #KEYS > 3 then
  if ARGV[8] == '' then redis.call('SADD', KEYS[5], destination)
  else redis.call('HSET', KEYS[5], destination, ARGV[8]) end
  redis.call('HSET', KEYS[4], destination, ARGV[7])
end
redis.call('ZADD', queues .. '\\0declared', never, destination)
takes(q, queues, destination, node, redis.call('HGET', q.takers, node) or '0')
redis.call('ZADD', leases, text(now + tonumber(ARGV[4])), node)
return 1
`);

/**
 * Asks whether a consumer may, and says what it says.
 *
 * @param owner - whose consumer it is
 * @returns whether something was said of the queue
 * @throws {StompwireError} `bad-header`, `denied`, `queue-full`, `relay-unavailable`
 */
export async function joinQueue(joining: Joining, owner: string | undefined): Promise<boolean> {
  const { destination, terms, queues } = joining;
  const reply = await asked(joining, owner);
  if (reply === 2) throw tooMany(destination, queues);
  if (typeof reply === 'number') return reply === 1;
  const was = JSON.parse(String(reply)) as QueueArguments;
  assertOwner(destination, was, owner);
  if (terms !== undefined) assertSame(destination, was, terms);
  return true;
}

/** Who says nothing waits for a Redis that is away as everybody does. */
async function asked(joining: Joining, owner = ''): Promise<unknown> {
  const { partition, keys, destination, terms, source } = joining;
  const { all, leases } = keys.queues(partition.index);
  const bound = source === undefined ? [] : bindingKeys(keys, partition.index, source);
  const named = [keys.queue(destination), all, leases, ...bound];
  try {
    return await partition.call(({ commands }) =>
      commands.run(joinScript, named, argumentsOf(joining, owner)),
    );
  } catch (error) {
    if (terms === undefined) return 0;
    throw error instanceof StompwireError ? error : unavailable(messageOf(error));
  }
}

function argumentsOf(joining: Joining, owner: string): string[] {
  const { keys, node, ahead, lease, queues, destination, terms, source = '', separator } = joining;
  const most = String(Math.ceil(queues / keys.partitions));
  const head = [String(ahead()), destination, node, String(lease), owner, most, source];
  head.push(isPattern(source) ? patternText(separator, source) : '');
  return [...head, terms === undefined ? '' : saidText(terms)];
}

/** What is said of a queue, as scripts are told it: who says the same says it in the same words. */
export function saidText({ ttl, unused, count, autoDelete, owner }: QueueArguments): string {
  return JSON.stringify({ ttl, unused, count, autoDelete: autoDelete || undefined, owner });
}

/**
 * Something else was said before.
 *
 * @param was - what, as a script answers it
 * @throws {StompwireError} `bad-header`, `denied`
 */
export function refuseOther(destination: string, was: string, said: QueueArguments): never {
  if (was === '') throw notOwned(destination);
  assertSame(destination, JSON.parse(was) as QueueArguments, said);
  throw unavailable(`what was said of the queue is not understood: ${was}`);
}

/**
 * Looks at what was said of a queue.
 *
 * KEYS: the queue, the set of queues. ARGV: clock ahead, destination. Answers it, or nothing.
 */
const saidScript: Script = script(`#!lua flags=allow-oom
${shared}
local q = opened(KEYS[1])
dropUnused(q, KEYS[2], ARGV[2])
return redis.call('HGET', q.terms, 'said') or ''
`);

/** What was said of a queue of a partition; `undefined`: nothing. */
export async function saidOf(
  { keys, ahead }: Pick<Joining, 'keys' | 'ahead'>,
  partition: Partition,
  destination: string,
): Promise<QueueArguments | undefined> {
  const named = [keys.queue(destination), keys.queues(partition.index).all];
  const args = [String(ahead()), destination];
  const said = textOf(await partition.call(({ commands }) => commands.run(saidScript, named, args)));
  return said === '' ? undefined : (JSON.parse(said) as QueueArguments);
}
