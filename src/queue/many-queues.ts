// One consumer of many queues: what it is given has names of its own, and one bound over all of them.
import type { Soon } from '../channel/channel.ts';
import type { Consumption, QueueConsumer, QueueDelivery } from './consumer.ts';
import type { Credit } from './credit.ts';

/** What it stands on. */
export interface ManyQueuesParts {
  readonly consumer: QueueConsumer;
  /** How much it may have of all of them. */
  readonly credit: Credit;
  /** It takes no more. */
  readonly ended?: () => void;
  /** Brings a delivery to the consumer; none: as it is. */
  readonly pass?: (delivery: QueueDelivery) => void;
  /** A delivery of a queue was dealt with; `wasFull`: there was no room before. */
  readonly settled?: (address: string, wasFull: boolean) => void;
  /** Whether what could not be told to a queue is outstanding again, as when a transaction was not done. */
  readonly restores?: boolean;
}

/** One of the queues, and how much of it is unacknowledged. */
interface Member {
  readonly address: string;
  readonly consumption: Consumption;
  held: number;
}

/** Where a delivery came from. */
interface Given {
  readonly member: Member;
  readonly tag: number;
}

/** A consumer of each of them, and of those that come. */
export class ManyQueues implements Consumption {
  readonly #parts: ManyQueuesParts;
  readonly #members = new Map<string, Member>();
  readonly #outstanding = new Map<number, Given>();
  #tags = 0;
  #began = false;
  #ended = false;

  constructor(parts: ManyQueuesParts) {
    this.#parts = parts;
  }

  /** Whether it takes no more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The queues that it takes from. */
  get addresses(): Iterable<string> {
    return this.#members.keys();
  }

  /** How many those are. */
  get count(): number {
    return this.#members.size;
  }

  has(address: string): boolean {
    return this.#members.has(address);
  }

  /** Whether something of a queue is unacknowledged. */
  hasOf(address: string): boolean {
    return (this.#members.get(address)?.held ?? 0) > 0;
  }

  /** What takes from one of them in its name. */
  consumerOf(address: string): QueueConsumer {
    const { consumer, credit } = this.#parts;
    const isLeaving = (): boolean => this.#ended || consumer.leaving === true;
    return {
      prefetch: 0,
      auto: consumer.auto,
      credit,
      ...(consumer.owner !== undefined && { owner: consumer.owner }),
      get leaving(): boolean {
        return isLeaving();
      },
      take: (delivery) => this.#take(address, delivery),
    };
  }

  /** A queue is taken from. */
  add(address: string, consumption: Consumption): void {
    this.#members.set(address, { address, consumption, held: 0 });
    if (this.#began) consumption.begin();
  }

  /** Takes from a queue no more; what is outstanding goes back. */
  leave(address: string): Soon<void> {
    const member = this.#members.get(address);
    this.gone(address);
    return member?.consumption.cancel();
  }

  /** A queue has ended, with all that was outstanding. */
  gone(address: string): void {
    const member = this.#members.get(address);
    this.#members.delete(address);
    if (member === undefined || member.held === 0) return;
    for (const [tag, given] of this.#outstanding) if (given.member === member) this.#outstanding.delete(tag);
    this.#parts.credit.give(member.held);
  }

  /** @param behind - the queue whose turn was last; none: the first one begins */
  begin(behind?: string): void {
    this.#began = true;
    const addresses = [...this.#members.keys()];
    const from = behind === undefined ? 0 : addresses.indexOf(behind) + 1;
    for (const address of [...addresses.slice(from), ...addresses.slice(0, from)])
      this.#members.get(address)?.consumption.begin();
  }

  knows(tag: number): boolean {
    return this.#outstanding.has(tag);
  }

  acknowledge(tag: number): Soon<boolean> {
    return this.#settle(tag, (member, own) => member.acknowledge(own));
  }

  refuse(tag: number, requeue: boolean): Soon<boolean> {
    return this.#settle(tag, (member, own) => member.refuse(own, requeue));
  }

  cancel(): Soon<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.ended?.();
    this.#outstanding.clear();
    const members = [...this.#members.values()];
    this.#members.clear();
    const slow = members
      .map(({ consumption }) => consumption.cancel())
      .filter((done) => done instanceof Promise);
    if (slow.length > 0) return Promise.all(slow).then(() => {});
  }

  #take(address: string, { message, tag, deliveries }: QueueDelivery): void {
    const { consumer, pass } = this.#parts;
    const member = this.#members.get(address);
    if (member === undefined) return; // it goes back with all that its queue gave
    const own = ++this.#tags;
    if (!consumer.auto) {
      this.#hold(own, { member, tag });
    }
    const delivery = { message, tag: own, deliveries };
    if (pass === undefined) consumer.take(delivery);
    else pass(delivery);
  }

  /** Room for one more is room for what any of the queues has. */
  #settle(tag: number, tell: (member: Consumption, own: number) => Soon<boolean>): Soon<boolean> {
    const { credit, settled, restores } = this.#parts;
    const given = this.#outstanding.get(tag);
    if (given === undefined) return false;
    const { member } = given;
    const wasFull = credit.room === 0;
    this.#outstanding.delete(tag);
    member.held--;
    const done = tell(member.consumption, given.tag); // what it has besides comes in its turn
    credit.give();
    settled?.(member.address, wasFull);
    if (!restores || !(done instanceof Promise)) return done;
    return done.catch((error: unknown) => {
      if (this.#members.get(member.address) === member) this.#hold(tag, given);
      throw error;
    });
  }

  #hold(tag: number, given: Given): void {
    given.member.held++;
    this.#outstanding.set(tag, given);
    this.#parts.credit.take();
  }
}
