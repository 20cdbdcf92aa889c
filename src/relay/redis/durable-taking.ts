// One consumer of a durable subscription, whose queue is in several parts: no more than it may have, of all of them.
import { Message } from '../../message/message.ts';
import type { Position } from '../../message/position.ts';
import type { Consumption, QueueConsumer, QueueDelivery } from '../../queue/consumer.ts';
import { ManyQueues } from '../../queue/many-queues.ts';
import type { SharedQueue } from './shared-queue.ts';
import { SharedRoom } from './shared-room.ts';

/** What taking stands on. */
export interface DurableTakingParts {
  readonly consumer: QueueConsumer;
  /** What the subscription is known by: the address of its messages. */
  readonly address: string;
  /** Whether a message is to be seen only when the history has it. */
  readonly heldBack: (destination: string) => boolean;
  readonly stored: (destination: string, position: Position) => Promise<void>;
  /** It takes no more. @param cancel - leaves its queues; to be called at once */
  readonly leave: (cancel: () => Promise<void>) => Promise<void>;
  /** One of its queues. */
  readonly queueOf: (queue: string) => SharedQueue;
  /** Adds a consumer to one of them. @throws {StompwireError} as {@link Queues.consume} */
  readonly consume: (queue: string, consumer: QueueConsumer) => Promise<Consumption>;
}

/** Brings what its queues give as what its topic brought, and when the history has it. */
class DurableTaking {
  readonly many: ManyQueues;
  readonly #parts: DurableTakingParts;
  /** What waits for the history, one after another. */
  #held: Promise<void> | undefined;

  constructor(parts: DurableTakingParts, queues: readonly string[]) {
    const { consumer, queueOf } = parts;
    this.#parts = parts;
    const room = new SharedRoom(consumer.auto ? 0 : consumer.prefetch);
    for (const queue of queues) room.add(queueOf(queue));
    const pass = (delivery: QueueDelivery): void => this.#pass(delivery);
    this.many = new ManyQueues({ consumer, credit: room.credit, pass, restores: true });
  }

  #pass({ message, tag, deliveries }: QueueDelivery): void {
    const delivery = { message: this.#addressed(message), tag, deliveries };
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
      if (this.many.ended) return;
      if (stored.status === 'fulfilled') this.#parts.consumer.take(delivery);
      else void this.many.acknowledge(delivery.tag);
    });
    this.#held = held;
  }
}

/** Makes a consumer one of each part. The first one says whether it may be. */
export async function takeFromAll(
  queues: readonly string[],
  parts: DurableTakingParts,
): Promise<Consumption> {
  const { many } = new DurableTaking(parts, queues);
  const add = async (queue: string): Promise<void> =>
    many.add(queue, await parts.consume(queue, many.consumerOf(queue)));
  const [first, ...rest] = queues;
  const cancel = async (): Promise<void> => {
    if (!many.ended) await parts.leave(async () => many.cancel());
  };
  try {
    await add(first!);
    await Promise.all(rest.map(add));
  } catch (error) {
    await cancel();
    throw error;
  }
  return {
    begin: () => many.begin(),
    acknowledge: (tag) => many.acknowledge(tag),
    refuse: (tag, requeue) => many.refuse(tag, requeue),
    cancel,
  };
}
