// One bound over several queues in Redis: when there is room again, those that wait for it have it in turns.
import { Credit } from '../../queue/credit.ts';
import type { SharedQueue } from './shared-queue.ts';

/** The room of one consumer. */
export class SharedRoom {
  readonly credit: Credit;
  /** Those that it takes from, and how often each had asked when it took its place; who asked last comes last. */
  readonly #queues = new Map<SharedQueue, number>();
  #spreading = false;

  /** @param most - how much the consumer may have unacknowledged; 0: no bound */
  constructor(most: number) {
    this.credit = new Credit(most, () => this.#soon());
  }

  add(queue: SharedQueue): void {
    this.#queues.set(queue, queue.asked);
  }

  delete(queue: SharedQueue): void {
    this.#queues.delete(queue);
  }

  /** What is given back at once is spread at once, and before the queue that gave it asks again. */
  #soon(): void {
    if (this.#spreading) return;
    this.#spreading = true;
    queueMicrotask(() => {
      this.#spreading = false;
      this.#spread();
    });
  }

  #spread(): void {
    const next: SharedQueue[] = [];
    for (const [queue, asked] of this.#queues) {
      if (this.credit.room === 0) break;
      if (queue.asked !== asked) this.#toTheEnd(queue);
      else if (queue.unserved) next.push(this.#granted(queue));
    }
    for (const queue of next) {
      this.#toTheEnd(queue);
      queue.look();
    }
  }

  #granted(queue: SharedQueue): SharedQueue {
    const count = Math.min(this.credit.room, queue.appetite);
    this.credit.take(count);
    queue.grant(() => this.credit.give(count));
    return queue;
  }

  #toTheEnd(queue: SharedQueue): void {
    this.#queues.delete(queue);
    this.#queues.set(queue, queue.asked);
  }
}
