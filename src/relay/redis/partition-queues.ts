// The queues of one partition as this node has them: who wakes it, and one call of a turn after another.
import type { Buffer } from 'node:buffer';
import { messageOf, textOf } from './connection.ts';
import type { Keys } from './keys.ts';
import type { Lane } from './lane.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';
import { lease, QueueLeases } from './queue-leases.ts';
import { enqueueScript, removeScript, turnScript, watchQueuesScript } from './queue-scripts.ts';
import type { Held } from './queue-takers.ts';
import { SharedQueue, type SharedQueueParts } from './shared-queue.ts';

/** What of a queue is its partition's. */
export type OwnParts = 'destination' | 'soon' | 'reachable';

/** What they stand on. */
export interface PartitionQueuesParts {
  readonly keys: Keys;
  readonly partition: Partition;
  /** Names this process, and no other. */
  readonly node: string;
  readonly ahead: () => number;
  /** How each of them is bounded, as the script that enqueues is told it. */
  readonly bounds: readonly string[];
  /** After so many deliveries a message is dead. */
  readonly tries: number;
  /** What a queue of this node stands on. */
  readonly shared: (destination: string) => Omit<SharedQueueParts, OwnParts>;
  /** A queue has come into being, on whichever node; for who watches. */
  readonly came: (destination: string) => void;
  readonly troubled: (what: string) => void;
}

/** What begins a message that tells of a queue that came into being, and does not wake one. */
const newQueue = 0;

/** When a call failed, it is made again after so long. */
const againAfter = 200;

/** Those that somebody here has to do with. */
export class PartitionQueues {
  readonly partition: Partition;
  /** What is put into them, in order. */
  readonly lane: Lane;
  readonly #parts: PartitionQueuesParts;
  readonly #channel: string;
  readonly #leases: QueueLeases;
  readonly #queues = new Map<string, SharedQueue>();
  readonly #due = new Set<SharedQueue>();
  #listening: Promise<void> | undefined;
  #watching = false;
  #flushing = false;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: PartitionQueuesParts) {
    const { keys, partition, node } = parts;
    this.#parts = parts;
    this.partition = partition;
    this.#channel = partition.named(keys.wake(partition.index, node));
    const inherit = (destination: string, held: Held): void => this.of(destination).inherit(held);
    this.#leases = new QueueLeases({ ...parts, channel: this.#channel, inherit });
    const head = () => ({
      keys: [keys.queues(partition.index).all],
      args: [this.#ahead, ...parts.bounds],
    });
    this.lane = partition.lane(enqueueScript, head, 'queue');
  }

  /** All of them. */
  get all(): Iterable<SharedQueue> {
    return this.#queues.values();
  }

  /** A queue, which nobody here had to do with, or somebody. */
  of(destination: string): SharedQueue {
    const known = this.#queues.get(destination);
    if (known !== undefined) return known;
    const queue = new SharedQueue({
      ...this.#parts.shared(destination),
      destination,
      reachable: () => this.#link !== undefined,
      soon: (queue) => this.#soon(queue),
    });
    this.#queues.set(destination, queue);
    return queue;
  }

  /** Done when this node hears what is to wake it. */
  listen(): Promise<void> {
    const { keys, partition, node } = this.#parts;
    this.#listening ??= partition
      .hear(keys.wake(partition.index, node), (payload) => this.#woken(payload))
      .catch((error) => {
        this.#listening = undefined;
        throw error;
      });
    return this.#listening;
  }

  async remove(destination: string): Promise<void> {
    const { keys, partition, node } = this.#parts;
    const queue = this.#queues.get(destination);
    queue?.end();
    if (queue?.quiet) this.#queues.delete(destination); // else somebody is just coming
    const { all } = keys.queues(partition.index);
    const args = [this.#ahead, destination, node, this.#channel];
    await partition.call((link) => link.commands.run(removeScript, [keys.queue(destination), all], args));
  }

  /** Is told of queues that come into being. @returns those that are there */
  async watch(): Promise<readonly string[]> {
    const { all } = this.#parts.keys.queues(this.partition.index);
    this.#watching = true;
    const { partition } = this;
    const found = await partition.call((link) =>
      link.commands.run(watchQueuesScript, [all], [this.#channel]),
    );
    return (found as Buffer[]).map(textOf);
  }

  /** Is told no more; where that does not arrive, what is told is nobody's. */
  unwatch(): void {
    this.#watching = false;
    const { all } = this.#parts.keys.queues(this.partition.index);
    this.partition
      .call((link) => link.commands.redis.srem(`${all}\0watchers`, this.#channel))
      .catch(() => {});
  }

  /** Its primary can be reached again: what was under way may have been done or not. */
  up(): void {
    for (const queue of this.#queues.values()) if (!queue.quiet) queue.interrupted();
    this.look();
  }

  /** Renews the lease, and looks at all that may have happened unheard. */
  look(): void {
    if (this.#link === undefined) return;
    this.#flushSoon(); // what became due while there was none
    this.#leases
      .look([...this.#queues.values()], (queue, ...found) => this.#stands(queue, ...found))
      .catch(() => {}); // it is asked again
  }

  /** Gives back what is outstanding, as far as Redis is there. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.end();
    this.#queues.clear();
    if (this.#link === undefined) return;
    if (this.#watching) this.unwatch();
    await this.#leases.leave().catch(() => {}); // then the lease runs out by itself
  }

  /** What its primary is reached by; `undefined`: it is not. */
  get #link(): Link | undefined {
    const { link } = this.partition;
    return link?.commands.up === true ? link : undefined;
  }

  get #ahead(): string {
    return String(this.#parts.ahead());
  }

  #woken(payload: Buffer): void {
    if (payload[0] === newQueue) this.#parts.came(String(payload.subarray(1)));
    else this.#queues.get(String(payload))?.look();
  }

  /** The turns that one turn of the event loop brings go out together, in one write. */
  #soon(queue: SharedQueue): void {
    this.#due.add(queue);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushing || this.#closed || this.#due.size === 0 || this.#link === undefined) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const due = [...this.#due];
    const link = this.#link;
    if (link === undefined) {
      // they go on when it is there; until then the room that was set aside for them is that of others
      for (const queue of due) queue.turn()?.failed(false);
      return;
    }
    this.#due.clear();
    link.commands.corked(() => {
      for (const queue of due) this.#take(queue);
    });
  }

  #take(queue: SharedQueue): void {
    const turn = queue.turn();
    if (turn === undefined) return;
    const { keys, partition, node } = this.#parts;
    const { all, leases } = keys.queues(partition.index);
    const [claim = '', ...rest] = turn.args;
    const args = [this.#ahead, queue.destination, node, claim, String(lease), this.#channel, ...rest];
    partition
      .call((link) => link.commands.run(turnScript, [keys.queue(queue.destination), all, leases], args))
      .then(
        (reply) => {
          turn.answered(reply);
          this.#forgetIdle(queue);
        },
        (error: unknown) => {
          turn.failed(true);
          this.#failed(queue, error);
        },
      );
  }

  #failed(queue: SharedQueue, error: unknown): void {
    const text = messageOf(error);
    if (/^(WRONGTYPE|NOPERM|ERR)/.test(text)) this.#parts.troubled(`the queue ${queue.destination}: ${text}`);
    this.#due.add(queue);
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.#flush();
    }, againAfter).unref();
  }

  #stands(queue: SharedQueue, waiting: number, counted: boolean): void {
    queue.stands(waiting, counted);
    this.#forgetIdle(queue);
  }

  #forgetIdle(queue: SharedQueue): void {
    const { destination } = queue;
    if (queue.idle && this.#queues.get(destination) === queue) this.#queues.delete(destination);
  }
}
