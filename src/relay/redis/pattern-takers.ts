// Consumers of all queues of all partitions that fit a pattern [ActiveMQ, wildcards].
//
// A queue is in the set of its partition while something is in it. The script that puts the first message there tells
// the nodes that watch that set; what they miss they find when they look at it, every two seconds and whenever a
// connection is there again. A consumer stays with a queue until a look finds it gone, and what comes meanwhile is known
// from the telling: so a queue that is emptied and filled again costs nothing but its messages.
import type { Separator } from '../../message/destination.ts';
import { PatternMatcher } from '../../message/pattern.ts';
import type { Consumption, QueueConsumer } from '../../queue/consumer.ts';
import { ManyQueues } from '../../queue/many-queues.ts';
import type { PartitionQueues } from './partition-queues.ts';
import type { SharedQueue } from './shared-queue.ts';
import { SharedRoom } from './shared-room.ts';

/** What they stand on. */
export interface PatternTakersParts {
  readonly separator: Separator;
  /** From how many queues one of them takes. */
  readonly queues: number;
  readonly places: readonly PartitionQueues[];
  readonly placeOf: (address: string) => PartitionQueues;
  /** Adds a consumer to one queue. @throws {StompwireError} as {@link Queues.consume} */
  readonly join: (address: string, consumer: QueueConsumer) => Promise<Consumption>;
}

/** Those of this node. */
export class PatternTakers {
  readonly #parts: PatternTakersParts;
  readonly #takers = new Set<PatternTaker>();
  #looking = false;

  constructor(parts: PatternTakersParts) {
    this.#parts = parts;
  }

  /** Adds one; queues that come into being from now on are its as well. */
  async consume(pattern: string, consumer: QueueConsumer): Promise<Consumption> {
    const { places } = this.#parts;
    await Promise.all(places.map((place) => place.listen()));
    const matcher = new PatternMatcher(pattern, this.#parts.separator);
    const taker: PatternTaker = new PatternTaker(this.#parts, matcher, consumer, {
      ended: () => this.#ended(taker),
      crowded: () => this.#lookSoon(),
    });
    this.#takers.add(taker);
    await Promise.all(places.map((place) => this.look(place)));
    return taker.many;
  }

  /** A queue has come into being. */
  came(address: string): void {
    for (const taker of this.#takers) taker.came(address);
  }

  /** A queue was removed here, and all who took from it were forgotten. */
  gone(address: string): void {
    for (const taker of this.#takers) taker.gone(address);
  }

  /** Finds the queues of a partition that nobody told of, and leaves those that are no more. */
  async look(place: PartitionQueues): Promise<void> {
    if (this.#takers.size === 0) return;
    const began = [...this.#takers].map((taker) => taker.looking(place));
    const addresses = await place.watch().catch(() => undefined); // it is looked at again
    if (addresses !== undefined) for (const seen of began) seen(addresses);
  }

  /** Looks at all partitions, once for all who ask meanwhile. */
  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    void Promise.all(this.#parts.places.map((place) => this.look(place))).finally(() => {
      this.#looking = false;
    });
  }

  #ended(taker: PatternTaker): void {
    this.#takers.delete(taker);
    if (this.#takers.size > 0) return;
    for (const place of this.#parts.places) place.unwatch();
  }
}

/** Who hears of one of them. */
interface PatternTakerOwner {
  readonly ended: () => void;
  /** It takes from as many queues as it may: those that are no more are to be left now. */
  readonly crowded: () => void;
}

/** One of them. */
class PatternTaker {
  readonly many: ManyQueues;
  readonly #parts: PatternTakersParts;
  readonly #matcher: PatternMatcher;
  readonly #owner: PatternTakerOwner;
  readonly #room: SharedRoom;
  readonly #queues = new Map<string, SharedQueue>();
  readonly #joining = new Set<string>();
  /** Queues that were told of since the last look. */
  readonly #fresh = new Set<string>();

  constructor(
    parts: PatternTakersParts,
    matcher: PatternMatcher,
    consumer: QueueConsumer,
    owner: PatternTakerOwner,
  ) {
    this.#parts = parts;
    this.#owner = owner;
    this.#matcher = matcher;
    this.#room = new SharedRoom(consumer.auto ? 0 : consumer.prefetch);
    const { credit } = this.#room;
    this.many = new ManyQueues({ consumer, credit, ended: owner.ended, restores: true });
  }

  came(address: string): void {
    if (!this.#matcher.matches(address)) return;
    this.#fresh.add(address);
    this.#join(address);
  }

  gone(address: string): void {
    this.#forget(address);
    this.many.gone(address);
  }

  /** @returns takes what a look found that begins now */
  looking(place: PartitionQueues): (addresses: readonly string[]) => void {
    for (const address of [...this.#fresh]) if (this.#isOf(place, address)) this.#fresh.delete(address);
    return (addresses) => this.#seen(place, addresses);
  }

  #seen(place: PartitionQueues, addresses: readonly string[]): void {
    const there = new Set(addresses);
    for (const address of [...this.many.addresses])
      if (this.#isOf(place, address) && !there.has(address) && !this.#isUsed(address)) this.#leave(address);
    for (const address of there) if (this.#matcher.matches(address)) this.#join(address);
  }

  #leave(address: string): void {
    this.#forget(address);
    void this.many.leave(address);
  }

  #forget(address: string): void {
    const queue = this.#queues.get(address);
    if (queue === undefined) return;
    this.#queues.delete(address);
    this.#room.delete(queue);
  }

  #isUsed(address: string): boolean {
    return this.#fresh.has(address) || this.many.hasOf(address);
  }

  /** What cannot be joined, as it is somebody's own, or there are too many, is tried at the next look. */
  #join(address: string): void {
    const { many } = this;
    if (many.ended || many.has(address) || this.#joining.has(address)) return;
    if (many.count + this.#joining.size >= this.#parts.queues) return this.#owner.crowded();
    this.#joining.add(address);
    this.#parts
      .join(address, many.consumerOf(address))
      .then((consumption) => (many.ended ? consumption.cancel() : this.#add(address, consumption)))
      .catch(() => {})
      .finally(() => this.#joining.delete(address));
  }

  #add(address: string, consumption: Consumption): void {
    const queue = this.#parts.placeOf(address).of(address);
    this.#queues.set(address, queue);
    this.#room.add(queue);
    this.many.add(address, consumption);
  }

  #isOf(place: PartitionQueues, address: string): boolean {
    return this.#parts.placeOf(address) === place;
  }
}
