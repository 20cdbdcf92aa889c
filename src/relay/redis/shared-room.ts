// One bound over several queues in Redis: when there is room again, those that wait for it are asked in turns.
import { Credit } from '../../queue/credit.ts';
import type { SharedQueue } from './shared-queue.ts';

/** The room of one consumer. */
export class SharedRoom {
  readonly credit: Credit;
  /** Those that it takes from; who was asked last comes last. */
  readonly #queues = new Set<SharedQueue>();
  #looking = false;

  /** @param most - how much the consumer may have unacknowledged; 0: no bound */
  constructor(most: number) {
    this.credit = new Credit(most, () => this.#soon());
  }

  add(queue: SharedQueue): void {
    this.#queues.add(queue);
  }

  delete(queue: SharedQueue): void {
    this.#queues.delete(queue);
  }

  /** What one turn of the event loop gives back is spread at once. */
  #soon(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#spread();
    });
  }

  #spread(): void {
    for (const queue of this.#next()) {
      this.#queues.delete(queue);
      this.#queues.add(queue);
      queue.look();
    }
  }

  /** As many as there is room for. */
  #next(): readonly SharedQueue[] {
    const next: SharedQueue[] = [];
    let { room } = this.credit;
    for (const queue of this.#queues) {
      if (room <= 0) break;
      if (!queue.unserved) continue;
      room -= queue.appetite;
      next.push(queue);
    }
    return next;
  }
}
