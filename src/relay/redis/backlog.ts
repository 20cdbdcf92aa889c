// What waits for Redis in this process, for whichever partition: bounded, and sent once a turn.
import type { Metrics } from '../../metrics/metrics.ts';
import { corked } from './corked.ts';
import { type Lane, type ParcelParts, unavailable } from './lane.ts';
import type { Partition } from './partition.ts';

/** What a backlog needs of a partition. */
export type Sendable = Pick<Partition, 'link' | 'push' | 'flush'>;

/** What a backlog stands on. */
export interface BacklogParts {
  /** How many messages may wait, and how many bytes. */
  readonly maxWaiting?: number | undefined;
  readonly maxWaitingBytes?: number | undefined;
  readonly metrics: Metrics;
}

/** What waits is counted until it was answered or refused. */
export class Backlog {
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #refused: { add(): void };
  readonly #dirty = new Set<Sendable>();
  #count = 0;
  #bytes = 0;
  #flushing = false;

  constructor({ maxWaiting = 20_000, maxWaitingBytes = 64 * 1024 * 1024, metrics }: BacklogParts) {
    this.#most = maxWaiting;
    this.#mostBytes = maxWaitingBytes;
    this.#refused = metrics.counter('relay_refused', 'Messages refused, for too many wait for the relay');
    metrics.gauge('relay_waiting', 'Messages that wait for the relay', () => this.#count);
  }

  /**
   * Brings a message to a lane of a partition.
   *
   * @returns what Redis answered
   * @throws {StompwireError} `relay-unavailable`, at once: too much waits
   */
  send(partition: Sendable, lane: Lane, parcel: ParcelParts): Promise<unknown> {
    if (this.#count >= this.#most || this.#bytes + parcel.bytes > this.#mostBytes) {
      this.#refused.add();
      throw unavailable('too many messages wait for it');
    }
    this.#count++;
    this.#bytes += parcel.bytes;
    return new Promise((resolve, reject) => {
      partition.push(lane, { ...parcel, resolve, reject });
      this.#flushSoon(partition);
    });
  }

  /** Messages wait no more. */
  freed(count: number, bytes: number): void {
    this.#count -= count;
    this.#bytes -= bytes;
  }

  /** What a turn brings goes out together, in one write per connection. */
  #flushSoon(partition: Sendable): void {
    this.#dirty.add(partition);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      corked(dirty, (partition) => partition.flush());
    });
  }
}
