// One bound over several queues in Redis: when there is room again, those that wait for it are asked in turns.
import { Credit } from '../../queue/credit.ts';
import type { SharedQueue } from './shared-queue.ts';

/** The room of one consumer. */
export class SharedRoom {
  readonly credit: Credit;
  readonly #queues: () => Iterable<SharedQueue>;
  #looking = false;
  /** The queue that was asked last. */
  #last: SharedQueue | undefined;

  /**
   * @param most - how much the consumer may have unacknowledged; 0: no bound
   * @param queues - those that it takes from
   */
  constructor(most: number, queues: () => Iterable<SharedQueue>) {
    this.credit = new Credit(most, () => this.#soon());
    this.#queues = queues;
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
    let { room } = this.credit;
    for (const queue of this.#inTurn()) {
      if (room <= 0) return;
      if (!queue.unserved) continue;
      room -= queue.appetite;
      this.#last = queue;
      queue.look();
    }
  }

  /** Those behind the one that was asked last come first. */
  #inTurn(): readonly SharedQueue[] {
    const queues = [...this.#queues()];
    const from = this.#last === undefined ? 0 : queues.indexOf(this.#last) + 1;
    return [...queues.slice(from), ...queues.slice(0, from)];
  }
}
