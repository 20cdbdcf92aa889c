// One consumer of a durable subscription, whose queue is in several parts: no more than it may have, of all of them.
import { Message } from '../../message/message.ts';
import type { Position } from '../../message/position.ts';
import type { Consumption, QueueConsumer, QueueDelivery } from '../../queue/consumer.ts';

/** What taking stands on. */
export interface DurableTakingParts {
  readonly consumer: QueueConsumer;
  /** What the subscription is known by: the address of its messages. */
  readonly address: string;
  /** Whether a message is to be seen only when the history has it. */
  readonly heldBack: (destination: string) => boolean;
  readonly stored: (destination: string, position: Position) => Promise<void>;
  /** It had all that it may have, and may have more now. */
  readonly roomMade: () => unknown;
  /** It takes no more. */
  readonly left: () => void;
}

/** Where a delivery came from. */
interface Given {
  readonly part: number;
  readonly tag: number;
}

/** A consumer of every part of a queue, with tags of its own. */
class DurableTaking implements Consumption {
  readonly #parts: DurableTakingParts;
  readonly #consumptions: Consumption[] = [];
  readonly #outstanding = new Map<number, Given>();
  #tags = 0;
  #cancelled = false;
  /** What waits for the history, one after another. */
  #held: Promise<void> | undefined;

  constructor(parts: DurableTakingParts) {
    this.#parts = parts;
  }

  /** The consumer of the next part. */
  consumerOf(): QueueConsumer {
    const { consumer } = this.#parts;
    const part = this.#consumptions.length;
    const isFull = (): boolean => this.#isFull;
    return {
      auto: consumer.auto,
      prefetch: consumer.prefetch,
      get leaving(): boolean {
        return consumer.leaving === true || isFull();
      },
      take: (delivery) => this.#take(part, delivery),
    };
  }

  /** The part is taken from. */
  add(consumption: Consumption): void {
    this.#consumptions.push(consumption);
  }

  begin(): void {
    for (const consumption of this.#consumptions) consumption.begin();
  }

  acknowledge(tag: number): Promise<boolean> {
    return this.#settled(tag, (consumption, own) => consumption.acknowledge(own));
  }

  refuse(tag: number, requeue: boolean): Promise<boolean> {
    return this.#settled(tag, (consumption, own) => consumption.refuse(own, requeue));
  }

  async cancel(): Promise<void> {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#outstanding.clear();
    this.#parts.left();
    await Promise.all(this.#consumptions.map((consumption) => consumption.cancel()));
  }

  get #isFull(): boolean {
    const { auto, prefetch } = this.#parts.consumer;
    return !auto && prefetch > 0 && this.#outstanding.size >= prefetch;
  }

  #take(part: number, { message, tag, deliveries }: QueueDelivery): void {
    const own = ++this.#tags;
    if (!this.#parts.consumer.auto) this.#outstanding.set(own, { part, tag });
    const delivery = { message: this.#addressed(message), tag: own, deliveries };
    const seen = this.#seen(message);
    if (seen === undefined && this.#held === undefined) this.#parts.consumer.take(delivery);
    else this.#wait(delivery, seen);
  }

  #addressed(message: Message): Message {
    return new Message({ ...message, address: this.#parts.address });
  }

  #seen({ destination, position }: Message): Promise<void> | undefined {
    if (position === undefined || !this.#parts.heldBack(destination)) return undefined;
    return this.#parts.stored(destination, position);
  }

  /** What the history never has is nothing that anybody else was told. */
  #wait(delivery: QueueDelivery, seen: Promise<void> | undefined): void {
    const held = Promise.allSettled([this.#held, seen]).then(([, stored]) => {
      if (this.#held === held) this.#held = undefined;
      if (this.#cancelled) return;
      if (stored.status === 'fulfilled') this.#parts.consumer.take(delivery);
      else void this.acknowledge(delivery.tag);
    });
    this.#held = held;
  }

  async #settled(
    tag: number,
    settle: (consumption: Consumption, own: number) => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const given = this.#outstanding.get(tag);
    if (given === undefined) return false;
    const wasFull = this.#isFull;
    this.#outstanding.delete(tag);
    try {
      const done = settle(this.#consumptions[given.part]!, given.tag);
      if (wasFull) this.#parts.roomMade();
      return await done;
    } catch (error) {
      this.#outstanding.set(tag, given); // the transaction was not done
      throw error;
    }
  }
}

/** Makes a consumer one of each part. */
export async function takeFromAll(
  queues: readonly string[],
  consume: (queue: string, consumer: QueueConsumer) => Promise<Consumption>,
  parts: DurableTakingParts,
): Promise<Consumption> {
  const taking = new DurableTaking(parts);
  for (const queue of queues) taking.add(await consume(queue, taking.consumerOf()));
  return taking;
}
