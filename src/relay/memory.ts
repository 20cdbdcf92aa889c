// The relay for a single node: what is published is delivered at once, in this process.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { MemoryBindings } from './memory-bindings.ts';
import { MemoryLog, type MemoryLogParts } from './memory-log.ts';
import { MemoryMembers } from './memory-members.ts';
import type { Queues } from './queues.ts';
import type { Deliver, Relay } from './relay.ts';

/** Queues that stand beside a relay of this process. */
export interface LocalQueues extends Queues {
  readonly bindings: MemoryBindings;
  /** Takes out what has expired. */
  sweep(): void;
  /** Does a transaction. */
  together?<T>(steps: () => T): T;
  /** Ends; nothing is kept or delivered afterwards. */
  close?(): Promise<void>;
}

/** How often logs and queues let go of what is too old, in milliseconds. */
const sweepEvery = 10_000;

/**
 * The readable reference of the relay port. Messages published while one is being delivered wait for
 * their turn, so that every subscriber sees one order.
 */
export class MemoryRelay implements Relay {
  readonly log?: MemoryLog;
  readonly members = new MemoryMembers();
  readonly queues?: LocalQueues;
  #deliver: Deliver | undefined;
  #delivering = false;
  readonly #waiting: Message[] = [];
  #sweeping: NodeJS.Timeout | undefined;

  /**
   * @param logs - what its logs stand on; without it, it keeps none
   * @param queues - its queues; without them, it keeps none
   */
  constructor(logs?: MemoryLogParts, queues?: LocalQueues) {
    if (logs !== undefined) this.log = new MemoryLog(logs, (message) => this.#bring(message));
    if (queues !== undefined) this.queues = queues;
  }

  start(deliver: Deliver): void {
    this.#deliver = deliver;
    const { log, queues } = this;
    if (log === undefined && queues === undefined) return;
    const sweep = (): void => {
      log?.sweep();
      queues?.sweep();
    };
    this.#sweeping = setInterval(sweep, sweepEvery).unref();
  }

  publish(message: Message): Soon<void> {
    if (this.#deliver === undefined) throw new StompwireError('relay-unavailable', 'the relay is closed');
    return this.#bring(message);
  }

  together(steps: () => Soon<void>): Soon<void> {
    return this.queues?.together === undefined ? steps() : this.queues.together(steps);
  }

  interest(): void {}

  disinterest(): void {}

  close(): Soon<void> {
    clearInterval(this.#sweeping);
    this.log?.close();
    this.members.close();
    this.#deliver = undefined;
    this.#waiting.length = 0;
    return this.queues?.close?.();
  }

  /** @returns when queues that keep it have it */
  #bring(message: Message): Soon<void> {
    const { bindings } = this.queues ?? {};
    const kept = bindings === undefined || bindings.empty ? undefined : bindings.fill(message);
    if (this.#delivering) this.#waiting.push(message);
    else this.#deliverAll(message);
    return kept;
  }

  #deliverAll(message: Message): void {
    this.#delivering = true;
    try {
      this.#deliver?.(message);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#deliver?.(next);
    } finally {
      this.#delivering = false;
    }
  }
}
