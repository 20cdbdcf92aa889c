// Queues that all nodes share: in Redis they wait and are counted, each node gives out what it has claimed.
//
// A node claims as much as its consumers may have, in batches, and keeps it under a lease that it renews by one call per
// partition. It asks only when it was woken: a message wakes one of the nodes that want more, each in its turn. When a
// lease runs out, whoever looks next gives back what that node had; what it acknowledges afterwards is refused, for the
// claim no longer counts.
import type { Buffer } from 'node:buffer';
import type { StompwireError } from '../../errors.ts';
import type { Separator } from '../../message/destination.ts';
import type { Message } from '../../message/message.ts';
import type { Position } from '../../message/position.ts';
import type { Consumption, QueueArguments, QueueConsumer, QueueTerms } from '../../queue/consumer.ts';
import { deadLetterOf } from '../../queue/dead-letter.ts';
import type { Loss } from '../../queue/queue.ts';
import { encodeMessage } from '../envelope.ts';
import type { Queues } from '../queues.ts';
import { RedisBindings } from './bindings.ts';
import type { Commit } from './commit.ts';
import type { CommitKind } from './commit-script.ts';
import { messageOf, textOf } from './connection.ts';
import { declaredToo, joinQueue } from './declared.ts';
import { takeFromAll } from './durable-taking.ts';
import { decodeKept, expiryOf, priorityOf } from './kept-message.ts';
import type { Keys } from './keys.ts';
import { type Lane, type Parcel, unavailable } from './lane.ts';
import type { Partition } from './partition.ts';
import { full, queueBounds, type RedisQueuesParts, tooMany } from './queue-bounds.ts';
import {
  buryScript,
  enqueueScript,
  lookScript,
  reapScript,
  removeScript,
  turnScript,
} from './queue-scripts.ts';
import { SharedQueue } from './shared-queue.ts';

/** What of a relay they need. */
export interface QueuesOfRelay extends RedisQueuesParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  /** Names this process, and no other. */
  readonly node: string;
  /** How long something waits for a Redis that is away, in milliseconds. */
  readonly wait: number;
  readonly separator: Separator;
  /** The transaction that is being done. */
  readonly commit: () => Commit | undefined;
  readonly ahead: () => number;
  /** Whether what is published to a destination may be seen only when the history has it, and when it does. */
  readonly heldBack: (destination: string) => boolean;
  readonly stored: (destination: string, position: Position) => Promise<void>;
  readonly send: (partition: Partition, lane: Lane, parcel: Omit<Parcel, OwnParts>) => Promise<unknown>;
  readonly troubled: (what: string) => void;
}

type OwnParts = 'deadline' | 'resolve' | 'reject';

/** A node that says nothing for so long has lost what it had. In milliseconds. */
const lease = 9000;
/** How often a node renews its lease, and looks for those of others that ran out. */
const lookEvery = 2000;
/** When nobody looked for so long, Redis was away. */
const quiet = 5000;
/** So many queues are asked for in one call. */
const together = 500;
/** When a call failed, it is made again after so long. */
const againAfter = 200;
/** The claim under which a node has what it inherited of a dead one: none of its own. */
const inherited = '0';

/** The queues of one partition. */
interface Part {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly channel: string;
  readonly due: Set<SharedQueue>;
  listening: Promise<void> | undefined;
}

/** See {@link Queues}. What it promises beyond that when Redis dies stands in the documents. */
export class RedisQueues implements Queues {
  readonly bindings: RedisBindings;
  readonly #parts: QueuesOfRelay;
  readonly #own: readonly Part[];
  readonly #queues = new Map<string, SharedQueue>();
  #looking: NodeJS.Timeout | undefined;
  #flushing = false;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: QueuesOfRelay) {
    this.#parts = parts;
    this.#own = parts.partitions.map((partition) => this.#openPart(partition));
    this.bindings = new RedisBindings({ ...parts, remove: (queue) => this.remove(queue) });
  }

  get size(): { readonly waiting: number; readonly outstanding: number } {
    let waiting = 0;
    let outstanding = 0;
    for (const queue of this.#queues.values()) {
      waiting += queue.waiting;
      outstanding += queue.outstanding;
    }
    return { waiting, outstanding };
  }

  /** Begins to look after the leases. */
  start(): void {
    this.#looking = setInterval(() => this.#look(), lookEvery * (0.9 + Math.random() * 0.2)).unref();
  }

  async enqueue(message: Message, terms: QueueTerms = {}): Promise<void> {
    const { keys, send } = this.#parts;
    const { address } = message;
    const { partition, lane } = this.#partOf(address);
    const envelope = encodeMessage(message);
    const reply = await send(partition, lane, {
      keys: [keys.queue(address)],
      args: [address, priorityOf(terms), expiryOf(terms), envelope],
      bytes: envelope.length + 200,
    });
    this.#enqueued(address, reply as readonly [number, number | Buffer, ...Buffer[]]);
  }

  async consume(destination: string, consumer: QueueConsumer, terms?: QueueArguments): Promise<Consumption> {
    const queues = this.bindings.queuesOf(destination);
    if (queues === undefined) return this.#join(destination, consumer, terms);
    return takeFromAll(queues, (queue, part) => this.#consume(queue, part), {
      ...this.#parts,
      consumer,
      address: destination,
      roomMade: () => queues.map((queue) => this.#queues.get(queue)?.look()),
      left: () => this.bindings.left(destination),
    });
  }

  async #consume(destination: string, consumer: QueueConsumer): Promise<Consumption> {
    await this.#listen(this.#partOf(destination));
    return this.#queueOf(destination).consume(consumer);
  }

  async #join(destination: string, consumer: QueueConsumer, terms?: QueueArguments): Promise<Consumption> {
    const part = this.#partOf(destination);
    await this.#listen(part);
    const joining = { ...this.#parts, partition: part.partition, lease, destination, terms };
    return this.#queueOf(destination).join(consumer, () => joinQueue(joining, consumer.owner));
  }

  async remove(destination: string): Promise<void> {
    const { keys, node } = this.#parts;
    const { partition, channel } = this.#partOf(destination);
    this.#queues.get(destination)?.end();
    this.#queues.delete(destination);
    const { all } = keys.queues(partition.index);
    const args = [this.#ahead, destination, node, channel];
    await partition.call((link) => link.commands.run(removeScript, [keys.queue(destination), all], args));
  }

  /** The primary of a partition can be reached again: what was under way may have been done or not. */
  up(partition: Partition): void {
    for (const queue of this.#queuesIn(partition)) if (!queue.quiet) queue.interrupted();
    this.#lookAt(this.#own[partition.index]!);
    this.bindings
      .up(partition)
      .catch((error) => this.#parts.troubled(`durable subscriptions: ${messageOf(error)}`));
  }

  /** Says why, and what, queues have lost: `why, envelope, why, envelope...`. */
  lost(lost: readonly Buffer[]): void {
    for (let at = 0; at < lost.length; at += 2)
      this.#parts.dropped?.(decodeKept(lost[at + 1]!), textOf(lost[at]) as Loss);
  }

  /** Gives back what is outstanding, as far as Redis is there. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    clearTimeout(this.#again);
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.end();
    this.#queues.clear();
    await Promise.all(this.#own.map((part) => this.#leave(part)));
  }

  get #ahead(): string {
    return String(this.#parts.ahead());
  }

  #openPart(partition: Partition): Part {
    const { keys, node, limits, queues } = this.#parts;
    const bounds = queueBounds({ limits, queues }, keys.partitions).split(' ');
    const lane = partition.lane(
      enqueueScript,
      () => ({
        keys: [keys.queues(partition.index).all],
        args: [this.#ahead, ...bounds],
      }),
      'queue',
    );
    const channel = partition.named(keys.wake(partition.index, node));
    return { partition, lane, channel, due: new Set(), listening: undefined };
  }

  #partOf(destination: string): Part {
    return this.#own[this.#parts.keys.partitionOf(destination)]!;
  }

  #queueOf(destination: string): SharedQueue {
    const known = this.#queues.get(destination);
    if (known !== undefined) return known;
    const { limits, wait, troubled } = this.#parts;
    const queue = new SharedQueue({
      destination,
      tries: limits.tries,
      wait,
      commit: (kind, args) => this.#commit(destination, kind, args),
      committing: () => this.#parts.commit() !== undefined,
      later: (act, undone) => this.#parts.commit()?.later(act, undone),
      soon: (queue) => this.#soon(queue),
      died: (message, why, deliveries) => this.#died(destination, message, why, deliveries),
      dropped: (message, why) => this.#parts.dropped?.(message, why),
      foreign: (error) => troubled(`somebody else writes into our queue ${destination}: ${messageOf(error)}`),
    });
    this.#queues.set(destination, queue);
    return queue;
  }

  *#queuesIn(partition: Partition): Iterable<SharedQueue> {
    for (const queue of this.#queues.values())
      if (this.#partOf(queue.destination).partition === partition) yield queue;
  }

  #enqueued(
    address: string,
    [code, waiting, ...lost]: readonly [number, number | Buffer, ...Buffer[]],
  ): void {
    this.lost(lost);
    if (code === 3) throw unavailable(textOf(waiting));
    if (code === 2) throw tooMany(address, this.#parts.queues);
    if (code === 1) throw full(address, Number(waiting), this.#parts.limits);
    const queue = this.#queueOf(address);
    // Who takes here is woken, and told what waits then: this answer, of another connection, may be the older one.
    if (!queue.hungry) queue.waiting = Number(waiting);
  }

  /** What is acknowledged within a transaction is one of its parts; none: it is told by itself. */
  #commit(destination: string, kind: CommitKind, args: readonly string[]): Promise<unknown> | undefined {
    const { keys, commit } = this.#parts;
    const parcel = { keys: [keys.queue(destination)], args: [destination, ...args], bytes: 100 };
    return commit()?.add(this.#partOf(destination).partition, kind, parcel);
  }

  #listen(part: Part): Promise<void> {
    const { partition } = part;
    const channel = this.#parts.keys.wake(partition.index, this.#parts.node);
    part.listening ??= partition
      .hear(channel, (destination) => this.#queues.get(destination.toString())?.look())
      .catch((error) => {
        part.listening = undefined;
        throw error;
      });
    return part.listening;
  }

  /** The turns that one turn of the event loop brings go out together, in one write per connection. */
  #soon(queue: SharedQueue): void {
    this.#partOf(queue.destination).due.add(queue);
    if (this.#flushing || this.#closed) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      for (const part of this.#own) if (part.due.size > 0) this.#flush(part);
    });
  }

  #flush(part: Part): void {
    const { partition } = part;
    const { link } = partition;
    if (link?.commands.up !== true) return; // it goes on when it is there
    const due = [...part.due];
    part.due.clear();
    link.commands.corked(() => {
      for (const queue of due) this.#take(part, queue);
    });
  }

  #take({ partition, channel }: Part, queue: SharedQueue): void {
    const turn = queue.turn();
    if (turn === undefined) return;
    const { keys, node } = this.#parts;
    const { all, leases } = keys.queues(partition.index);
    const [claim = '', ...rest] = turn.args;
    const args = [this.#ahead, queue.destination, node, claim, String(lease), channel, ...rest];
    partition
      .call((link) => link.commands.run(turnScript, [keys.queue(queue.destination), all, leases], args))
      .then(
        (reply) => {
          turn.answered(reply);
          if (queue.idle) this.#queues.delete(queue.destination);
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
    this.#partOf(queue.destination).due.add(queue);
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      for (const part of this.#own) if (part.due.size > 0) this.#flush(part);
    }, againAfter).unref();
  }

  #look(): void {
    for (const part of this.#own) this.#lookAt(part);
  }

  #lookAt(part: Part): void {
    const { partition } = part;
    if (partition.link?.commands.up !== true) return;
    const queues = [...this.#queuesIn(partition)];
    for (let at = 0; at === 0 || at < queues.length; at += together)
      void this.#ask(part, queues.slice(at, at + together)).catch(() => {}); // it is asked again
  }

  async #ask({ partition, channel }: Part, queues: readonly SharedQueue[]): Promise<void> {
    const { keys, node } = this.#parts;
    const { all, leases, looked } = keys.queues(partition.index);
    const named = [leases, looked, all, ...queues.map(({ destination }) => keys.queue(destination))];
    const asked = queues.flatMap(({ destination, hungry }) => [destination, hungry ? '1' : '0']);
    const args = [this.#ahead, node, String(lease), channel, String(quiet), ...asked];
    const reply = await partition.call((link) => link.commands.run(lookScript, named, args));
    const [dead, ...waiting] = reply as [Buffer[], ...number[]];
    for (const [at, queue] of queues.entries()) this.#stands(queue, waiting[at]!);
    for (const one of dead) await this.#reap(partition, textOf(one));
  }

  /** What was to wake this node may have been lost. */
  #stands(queue: SharedQueue, waiting: number): void {
    queue.waiting = waiting;
    if (waiting > 0 && queue.hungry) queue.look();
    if (queue.idle) this.#queues.delete(queue.destination);
  }

  /** @param tries - after how many deliveries a message is handed to this node, to be a dead letter */
  async #reap(partition: Partition, dead: string, tries = this.#parts.limits.tries): Promise<void> {
    const { keys, node } = this.#parts;
    const { all, leases } = keys.queues(partition.index);
    const queues = await partition.call((link) => declaredToo(link, all));
    for (const destination of queues) {
      const args = [this.#ahead, destination, dead, node, inherited, String(tries)];
      const named = [keys.queue(destination), all, leases];
      const handed = await partition.call((link) => link.commands.run(reapScript, named, args));
      this.#inherit(destination, handed as Buffer[]);
    }
    await partition.call((link) => link.commands.run(buryScript, [leases], [this.#ahead, dead]));
  }

  #inherit(destination: string, handed: readonly Buffer[]): void {
    for (let at = 0; at < handed.length; at += 3) {
      const [order, deliveries] = [textOf(handed[at]), Number(textOf(handed[at + 1]))];
      const message = decodeKept(handed[at + 2]!);
      this.#queueOf(destination).inherit({ order, claim: inherited, deliveries, message });
    }
  }

  /** What was tried in vain is a dead letter, in a queue that may be with another primary: it is asked until it answers. */
  async #died(origin: string, message: Message, why: Loss, deliveries: number): Promise<void> {
    const { deadLetters, dropped, died } = this.#parts;
    if (origin === deadLetters) return dropped?.(message, why);
    const letter = deadLetterOf(message, deadLetters, why, deliveries);
    while (!this.#closed) {
      try {
        await this.enqueue(letter);
        return died?.(message, why);
      } catch (error) {
        if ((error as StompwireError).code === 'queue-full') return dropped?.(message, why);
        await new Promise((resolve) => setTimeout(resolve, againAfter).unref());
      }
    }
  }

  /** A node that leaves needs no lease; what it had is given back as if the lease had run out. */
  async #leave({ partition }: Part): Promise<void> {
    const { keys, node } = this.#parts;
    if (partition.link?.commands.up !== true) return;
    const { leases } = keys.queues(partition.index);
    await partition
      .call(async (link) => {
        const known = await link.commands.redis.zadd(leases, 'XX', 'CH', 0, node);
        if (Number(known) > 0) await this.#reap(partition, node, Number.MAX_SAFE_INTEGER);
      })
      .catch(() => {}); // then the lease runs out by itself
  }
}
