// The leases of the nodes that take from the queues of one partition: renewed, found to have run out, and left.
import type { Buffer } from 'node:buffer';
import { textOf } from './connection.ts';
import { decodeKept } from './kept-message.ts';
import type { Keys } from './keys.ts';
import type { Partition } from './partition.ts';
import { buryScript, leftScript, lookScript, reapScript } from './queue-scripts.ts';
import type { Held } from './queue-takers.ts';
import type { SharedQueue } from './shared-queue.ts';

/** What leases stand on. */
export interface QueueLeasesParts {
  readonly keys: Keys;
  readonly partition: Partition;
  /** Names this process, and no other. */
  readonly node: string;
  /** Where this node is woken. */
  readonly channel: string;
  readonly ahead: () => number;
  /** After so many deliveries a message is dead. */
  readonly tries: number;
  /** Takes over a message of a dead node that was delivered too often. */
  readonly inherit: (destination: string, held: Held) => void;
}

/** A node that says nothing for so long has lost what it had. In milliseconds. */
export const lease = 9000;
/** When nobody looked for so long, Redis was away. */
const quiet = 5000;
/** So many queues are asked for in one call. */
const together = 500;
/** The claim under which a node has what it inherited of a dead one: none of its own. */
const inherited = '0';

/** Those of one partition. */
export class QueueLeases {
  readonly #parts: QueueLeasesParts;

  constructor(parts: QueueLeasesParts) {
    this.#parts = parts;
  }

  /**
   * Renews that of this node, and gives back what those of others had that ran out.
   *
   * @param stands - hears how many wait in each queue, and whether this node is known to take there
   */
  async look(
    queues: readonly SharedQueue[],
    stands: (queue: SharedQueue, waiting: number, counted: boolean) => void,
  ): Promise<void> {
    for (let at = 0; at === 0 || at < queues.length; at += together) {
      const asked = queues.slice(at, at + together);
      const [dead, ...found] = await this.#ask(asked);
      for (const [n, queue] of asked.entries()) {
        const waiting = found[n]!;
        stands(queue, waiting < 0 ? -1 - waiting : waiting, waiting >= 0);
      }
      for (const one of dead) await this.#reap(textOf(one));
    }
  }

  /** A node that leaves needs none; what it had is given back as if it had run out. */
  async leave(): Promise<void> {
    const { keys, partition, node } = this.#parts;
    const { leases } = keys.queues(partition.index);
    await partition.call(async (link) => {
      const known = await link.commands.redis.zadd(leases, 'XX', 'CH', 0, node);
      if (Number(known) > 0) await this.#reap(node, Number.MAX_SAFE_INTEGER);
    });
  }

  async #ask(queues: readonly SharedQueue[]): Promise<[Buffer[], ...number[]]> {
    const { keys, partition, node, channel } = this.#parts;
    const { all, leases, looked } = keys.queues(partition.index);
    const named = [leases, looked, all, ...queues.map(({ destination }) => keys.queue(destination))];
    const asked = queues.flatMap(({ destination, hungry }) => [destination, hungry ? '1' : '0']);
    const args = [this.#ahead, node, String(lease), channel, String(quiet), ...asked];
    return (await partition.call((link) => link.commands.run(lookScript, named, args))) as [
      Buffer[],
      ...number[],
    ];
  }

  /** @param tries - after how many deliveries a message is handed to this node, to be a dead letter */
  async #reap(dead: string, tries = this.#parts.tries): Promise<void> {
    const { keys, partition, node, inherit } = this.#parts;
    const { all, leases } = keys.queues(partition.index);
    const left = await partition.call((link) => link.commands.run(leftScript, [all], [dead]));
    const channel = partition.named(keys.wake(partition.index, dead));
    for (const destination of (left as Buffer[]).map(textOf)) {
      const args = [this.#ahead, destination, dead, node, inherited, String(tries), channel];
      const named = [keys.queue(destination), all, leases];
      const handed = await partition.call((link) => link.commands.run(reapScript, named, args));
      for (const held of heldOf(handed as Buffer[])) inherit(destination, held);
    }
    await partition.call((link) => link.commands.run(buryScript, [leases], [this.#ahead, dead]));
  }

  get #ahead(): string {
    return String(this.#parts.ahead());
  }
}

function* heldOf(handed: readonly Buffer[]): Iterable<Held> {
  for (let at = 0; at < handed.length; at += 3) {
    const [order, deliveries] = [textOf(handed[at]), Number(textOf(handed[at + 1]))];
    yield { order, claim: inherited, deliveries, message: decodeKept(handed[at + 2]!) };
  }
}
