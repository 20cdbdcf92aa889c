// Queues that all nodes share: in Redis they wait and are counted, each node gives out what it has claimed.
//
// A node claims as much as its consumers may have, in batches, and keeps it under a lease that it renews by one call per
// partition. It asks only when it was woken: a message wakes one of the nodes that want more, each in its turn. When a
// lease runs out, whoever looks next gives back what that node had; what it acknowledges afterwards is refused, for the
// claim no longer counts.
import { Buffer } from 'node:buffer';
import type { StompwireError } from '../../errors.ts';
import { isPattern, type Separator } from '../../message/destination.ts';
import type { Message } from '../../message/message.ts';
import type { Position } from '../../message/position.ts';
import type { Consumption, QueueArguments, QueueConsumer, QueueTerms } from '../../queue/consumer.ts';
import { deadLetterOf } from '../../queue/dead-letter.ts';
import { isPassing } from '../../queue/passing.ts';
import type { Loss } from '../../queue/queue.ts';
import { assertUnsaid } from '../../queue/same-terms.ts';
import { encodeMessage } from '../envelope.ts';
import type { Queues } from '../queues.ts';
import { RedisBindings } from './bindings.ts';
import type { Commit } from './commit.ts';
import type { CommitKind } from './commit-script.ts';
import { messageOf, textOf } from './connection.ts';
import { joinQueue, refuseOther, saidText } from './declared.ts';
import { takeFromAll } from './durable-taking.ts';
import { decodeKept, expiryOf, priorityOf } from './kept-message.ts';
import type { Keys } from './keys.ts';
import { type Lane, type Parcel, unavailable } from './lane.ts';
import type { Partition } from './partition.ts';
import { PartitionQueues, type OwnParts as QueueOfPartition } from './partition-queues.ts';
import { PatternTakers } from './pattern-takers.ts';
import { full, queueBounds, type RedisQueuesParts, tooMany } from './queue-bounds.ts';
import { lease } from './queue-leases.ts';
import type { Held } from './queue-takers.ts';
import type { SharedQueueParts } from './shared-queue.ts';

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

/** How often a node renews its lease, and looks for those of others that ran out. */
const lookEvery = 2000;
/** When a dead letter was refused, it is tried again after so long. */
const againAfter = 200;

/** What becomes of a message: see the script that enqueues. */
type EnqueueReply = readonly [number, number | Buffer, ...Buffer[]];

/** What stands for a message where only something is said of a queue. */
const nothing = Buffer.alloc(0);

/** See {@link Queues}. What it promises beyond that when Redis dies stands in the documents. */
export class RedisQueues implements Queues {
  readonly bindings: RedisBindings;
  readonly #parts: QueuesOfRelay;
  readonly #own: readonly PartitionQueues[];
  readonly #patterns: PatternTakers;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: QueuesOfRelay) {
    this.#parts = parts;
    this.#own = parts.partitions.map((partition) => this.#openPart(partition));
    this.#patterns = new PatternTakers({
      ...parts,
      places: this.#own,
      placeOf: (address) => this.#partOf(address),
      join: (address, consumer) => this.#join(address, consumer),
    });
    this.bindings = new RedisBindings({
      ...parts,
      remove: (queue) => this.remove(queue),
      lost: (lost) => this.lost(lost),
    });
  }

  get size(): { readonly waiting: number; readonly outstanding: number } {
    let waiting = 0;
    let outstanding = 0;
    for (const part of this.#own)
      for (const queue of part.all) {
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
    const said = this.#parts.commit() === undefined ? terms.declares : undefined; // there it was said before
    const reply = await this.#send(message.address, encodeMessage(message), terms, said);
    this.#enqueued(message.address, reply, said);
  }

  /** It goes the way of messages: what was sent before it comes before it. */
  async declare(destination: string, terms: QueueArguments): Promise<void> {
    const reply = await this.#send(destination, nothing, {}, terms);
    this.#enqueued(destination, reply, terms);
  }

  async consume(destination: string, consumer: QueueConsumer, terms?: QueueArguments): Promise<Consumption> {
    if (isPattern(destination)) {
      assertUnsaid(destination, terms);
      return this.#patterns.consume(destination, consumer);
    }
    const bound = this.bindings.joined(destination);
    if (bound === undefined) return this.#join(destination, consumer, terms);
    // what goes by itself may have gone since it was noted
    const source = isPassing(terms) ? bound.source : undefined;
    return takeFromAll(bound.queues, {
      ...this.#parts,
      consumer,
      address: destination,
      leave: (cancel) => this.bindings.leave(destination, bound, cancel),
      queueOf: (queue) => this.#partOf(queue).of(queue),
      consume: (queue, part) => this.#join(queue, part, terms, source),
    });
  }

  /** @param source - what fills it from then on; none: what does already */
  async #join(
    destination: string,
    consumer: QueueConsumer,
    terms?: QueueArguments,
    source?: string,
  ): Promise<Consumption> {
    const part = this.#partOf(destination);
    await part.listen();
    const joining = { ...this.#parts, partition: part.partition, lease, destination, terms, source };
    const ask = (): Promise<boolean> => joinQueue(joining, consumer.owner);
    return part.of(destination).join(consumer, ask, terms !== undefined);
  }

  remove(destination: string): Promise<void> {
    this.#patterns.gone(destination);
    return this.#partOf(destination).remove(destination);
  }

  /** The primary of a partition can be reached again. */
  up(partition: Partition): void {
    const part = this.#own[partition.index]!;
    part.up();
    void this.#patterns.look(part);
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
    this.#closed = true;
    await Promise.all(this.#own.map((part) => part.close()));
  }

  #look(): void {
    for (const part of this.#own) {
      part.look();
      void this.#patterns.look(part);
    }
  }

  #openPart(partition: Partition): PartitionQueues {
    const { keys, limits, queues } = this.#parts;
    return new PartitionQueues({
      ...this.#parts,
      partition,
      bounds: queueBounds({ limits, queues }, keys.partitions).split(' '),
      tries: limits.tries,
      shared: (destination) => this.#sharedParts(destination),
      came: (destination) => this.#patterns.came(destination),
    });
  }

  #partOf(destination: string): PartitionQueues {
    return this.#own[this.#parts.keys.partitionOf(destination)]!;
  }

  #sharedParts(destination: string): Omit<SharedQueueParts, QueueOfPartition> {
    const { limits, wait, troubled, commit } = this.#parts;
    return {
      tries: limits.tries,
      wait,
      commit: (kind, args) => this.#commit(destination, kind, args),
      committing: () => commit() !== undefined,
      later: (act, undone) => commit()?.later(act, undone),
      died: (held, why) => this.#died(destination, held, why),
      dropped: (message, why) => this.#parts.dropped?.(message, why),
      foreign: (error) => troubled(`somebody else writes into our queue ${destination}: ${messageOf(error)}`),
    };
  }

  async #send(
    address: string,
    envelope: Buffer,
    terms: QueueTerms,
    said: QueueArguments | undefined,
  ): Promise<EnqueueReply> {
    const { keys, send } = this.#parts;
    const { partition, lane } = this.#partOf(address);
    const priority = said === undefined ? priorityOf(terms) : `${priorityOf(terms)} ${saidText(said)}`;
    const reply = await send(partition, lane, {
      keys: [keys.queue(address)],
      args: [address, priority, expiryOf(terms), envelope],
      bytes: envelope.length + 200,
    });
    return reply as EnqueueReply;
  }

  #enqueued(address: string, [code, waiting, ...lost]: EnqueueReply, said?: QueueArguments): void {
    this.lost(lost);
    if (code === 4) refuseOther(address, textOf(waiting), said!);
    if (code === 3) throw unavailable(textOf(waiting));
    if (code === 2) throw tooMany(address, this.#parts.queues);
    if (code === 1) throw full(address, Number(waiting), this.#parts.limits);
    const queue = this.#partOf(address).of(address);
    // Who takes here is woken, and told what waits then: this answer, of another connection, may be the older one.
    if (!queue.hungry) queue.waiting = Number(waiting);
  }

  /** What is acknowledged within a transaction is one of its parts; none: it is told by itself. */
  #commit(destination: string, kind: CommitKind, args: readonly string[]): Promise<unknown> | undefined {
    const { keys, commit } = this.#parts;
    const parcel = { keys: [keys.queue(destination)], args: [destination, ...args], bytes: 100 };
    return commit()?.add(this.#partOf(destination).partition, kind, parcel);
  }

  /** What was tried in vain is a dead letter, in a queue that may be with another primary: it is asked until it answers. */
  async #died(origin: string, held: Held, why: Loss): Promise<void> {
    const { deadLetters, dropped, died } = this.#parts;
    const { message } = held;
    if (origin === deadLetters) return dropped?.(message, why);
    try {
      return (await this.#bury(origin, held, why)) ? died?.(message, why) : dropped?.(message, why);
    } catch {
      if (!this.#closed) dropped?.(message, why);
    }
  }

  /**
   * What was redacted since this node was given it, or while its dead letter is made, is so there too.
   *
   * @returns false: others have dealt with it
   */
  async #bury(origin: string, { order, message, deliveries }: Held, why: Loss): Promise<boolean> {
    const { position, destination } = message;
    const bury = (one: Message): Promise<true> => {
      const letter = deadLetterOf(one, this.#parts.deadLetters, why, deliveries);
      return this.#asked(() => this.enqueue(letter).then(() => true));
    };
    if (position === undefined) return bury(message);
    const stood = await this.#asked(() => this.#standing(origin, order));
    if (stood === null) return false;
    await bury(decodeKept(stood));
    const stands = await this.#asked(() => this.#standing(origin, order));
    if (stands?.equals(stood) === false) await this.#asked(() => this.bindings.redact(destination, position));
    return true;
  }

  /** Asks until there is an answer. @throws {StompwireError} `queue-full`; whatever it was, once this is closed */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if ((error as StompwireError).code === 'queue-full' || this.#closed) throw error;
        await new Promise((resolve) => setTimeout(resolve, againAfter).unref());
      }
    }
  }

  /** What stands in a queue, whoever has it. */
  #standing(queue: string, order: string): Promise<Buffer | null> {
    const body = `${this.#parts.keys.queue(queue)}\0body`;
    return this.#partOf(queue).partition.call(({ commands }) => commands.redis.hgetBuffer(body, order));
  }
}
