// Consumers of all queues that fit a pattern, those that are there and those to come [ActiveMQ, wildcards].
import { StompwireError } from '../errors.ts';
import type { Separator } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import type { Consumption, QueueConsumer } from '../queue/consumer.ts';
import { Credit } from '../queue/credit.ts';
import { ManyQueues } from '../queue/many-queues.ts';

/** The queues that they take from. */
export interface ConsumedQueues {
  readonly addresses: () => Iterable<string>;
  /** Adds a consumer to one of them. @throws {StompwireError} `denied`: it is exclusive to another session */
  readonly consume: (address: string, consumer: QueueConsumer) => Consumption;
  /** Whether nothing waits in it, and nothing is outstanding. */
  readonly isEmpty: (address: string) => boolean;
}

/** All of them. */
export class PatternConsumers {
  readonly #separator: Separator;
  readonly #queues: ConsumedQueues;
  readonly #consuming = new Map<ManyQueues, PatternMatcher>();

  constructor(separator: Separator, queues: ConsumedQueues) {
    this.#separator = separator;
    this.#queues = queues;
  }

  consume(pattern: string, consumer: QueueConsumer): Consumption {
    const matcher = new PatternMatcher(pattern, this.#separator);
    const many: ManyQueues = new ManyQueues({
      consumer,
      credit: new Credit(consumer.auto ? 0 : consumer.prefetch),
      ended: () => this.#consuming.delete(many),
      settled: (address, wasFull) => {
        if (wasFull) many.begin(address);
        this.#leaveEmpty(many, address);
      },
    });
    this.#consuming.set(many, matcher);
    for (const address of [...this.#queues.addresses()]) this.#join(many, matcher, address);
    return many;
  }

  /** A queue has come into being. */
  joined(address: string): void {
    for (const [many, matcher] of this.#consuming) this.#join(many, matcher, address);
  }

  /** A queue has ended, and all who took from it were forgotten. */
  gone(address: string): void {
    for (const many of this.#consuming.keys()) many.gone(address);
  }

  /** Leaves the queues that nothing comes to any more: they would be there for ever. */
  sweep(): void {
    for (const many of this.#consuming.keys())
      for (const address of [...many.addresses]) this.#leaveEmpty(many, address);
  }

  /** What is exclusive to another session is passed over. */
  #join(many: ManyQueues, matcher: PatternMatcher, address: string): void {
    if (many.has(address) || !matcher.matches(address)) return;
    try {
      many.add(address, this.#queues.consume(address, many.consumerOf(address)));
    } catch (error) {
      if (!(error instanceof StompwireError) || error.code !== 'denied') throw error;
    }
  }

  #leaveEmpty(many: ManyQueues, address: string): void {
    if (many.has(address) && this.#queues.isEmpty(address)) void many.leave(address);
  }
}
