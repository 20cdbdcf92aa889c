// Consumers of all queues that fit a pattern, those that are there and those to come [ActiveMQ, wildcards].
import type { Soon } from '../channel/channel.ts';
import type { Separator } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import type { Consumption, QueueConsumer, QueueDelivery } from '../queue/consumer.ts';

/** The queues that they take from. */
export interface ConsumedQueues {
  readonly addresses: () => Iterable<string>;
  /** Adds a consumer to one of them. */
  readonly consume: (address: string, consumer: QueueConsumer) => Consumption;
  /** Whether nothing waits in it, and nothing is outstanding. */
  readonly isEmpty: (address: string) => boolean;
}

/** All of them. */
export class PatternConsumers {
  readonly #separator: Separator;
  readonly #queues: ConsumedQueues;
  readonly #consuming = new Set<PatternConsumption>();

  constructor(separator: Separator, queues: ConsumedQueues) {
    this.#separator = separator;
    this.#queues = queues;
  }

  consume(pattern: string, consumer: QueueConsumer): Consumption {
    const matcher = new PatternMatcher(pattern, this.#separator);
    const consuming = new PatternConsumption(matcher, consumer, this.#queues, () =>
      this.#consuming.delete(consuming),
    );
    this.#consuming.add(consuming);
    for (const address of [...this.#queues.addresses()]) consuming.join(address);
    return consuming;
  }

  /** A queue has come into being. */
  joined(address: string): void {
    for (const consuming of this.#consuming) consuming.join(address);
  }

  /** Leaves the queues that nothing comes to any more: they would be there for ever. */
  sweep(): void {
    for (const consuming of this.#consuming) consuming.sweep();
  }
}

/** One of them: a consumer of many queues, to which the bound of its unacknowledged deliveries is one. */
class PatternConsumption implements Consumption {
  readonly #matcher: PatternMatcher;
  readonly #consumer: QueueConsumer;
  readonly #queues: ConsumedQueues;
  readonly #ended: () => void;
  readonly #members = new Map<string, Consumption>();
  readonly #outstanding = new Map<number, { readonly address: string; readonly tag: number }>();
  #tags = 0;
  #began = false;

  constructor(matcher: PatternMatcher, consumer: QueueConsumer, queues: ConsumedQueues, ended: () => void) {
    this.#matcher = matcher;
    this.#consumer = consumer;
    this.#queues = queues;
    this.#ended = ended;
  }

  join(address: string): void {
    if (this.#members.has(address) || !this.#matcher.matches(address)) return;
    const member = this.#queues.consume(address, this.#memberOf(address));
    this.#members.set(address, member);
    if (this.#began) member.begin();
  }

  begin(): void {
    this.#began = true;
    for (const member of [...this.#members.values()]) member.begin();
  }

  acknowledge(tag: number): Soon<boolean> {
    return this.#settle(tag, (member, own) => member.acknowledge(own));
  }

  refuse(tag: number, requeue: boolean): Soon<boolean> {
    return this.#settle(tag, (member, own) => member.refuse(own, requeue));
  }

  cancel(): void {
    this.#ended();
    this.#outstanding.clear();
    for (const member of [...this.#members.values()]) void member.cancel();
    this.#members.clear();
  }

  sweep(): void {
    for (const address of [...this.#members.keys()]) this.#leaveEmpty(address);
  }

  #memberOf(address: string): QueueConsumer {
    const isFull = (): boolean => this.#isFull || this.#consumer.leaving === true;
    return {
      prefetch: 0,
      auto: false,
      ...(this.#consumer.owner !== undefined && { owner: this.#consumer.owner }),
      get leaving() {
        return isFull();
      },
      take: (delivery) => this.#take(address, delivery),
    };
  }

  get #isFull(): boolean {
    const { prefetch } = this.#consumer;
    return prefetch !== 0 && this.#outstanding.size >= prefetch;
  }

  #take(address: string, delivery: QueueDelivery): void {
    const tag = ++this.#tags;
    this.#outstanding.set(tag, { address, tag: delivery.tag });
    this.#consumer.take({ ...delivery, tag });
  }

  /** Room for one more is room for what any of the queues has. */
  #settle(tag: number, tell: (member: Consumption, own: number) => Soon<boolean>): Soon<boolean> {
    const known = this.#outstanding.get(tag);
    const member = known && this.#members.get(known.address);
    if (known === undefined || member === undefined) return false;
    const wasFull = this.#isFull;
    this.#outstanding.delete(tag);
    const done = tell(member, known.tag);
    if (wasFull) this.begin();
    this.#leaveEmpty(known.address);
    return done;
  }

  #leaveEmpty(address: string): void {
    const member = this.#members.get(address);
    if (member === undefined || !this.#queues.isEmpty(address)) return;
    this.#members.delete(address);
    void member.cancel();
  }
}
