// The relay for a single node: what is published is delivered at once, in this process.
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { MemoryLog, type MemoryLogParts } from './memory-log.ts';
import type { Deliver, Relay } from './relay.ts';

/** How often logs let go of what is too old, in milliseconds. */
const sweepEvery = 10_000;

/**
 * The readable reference of the relay port. Messages published while one is being delivered wait for
 * their turn, so that every subscriber sees one order.
 */
export class MemoryRelay implements Relay {
  readonly log?: MemoryLog;
  #deliver: Deliver | undefined;
  #delivering = false;
  readonly #waiting: Message[] = [];
  #sweeping: NodeJS.Timeout | undefined;

  /** @param logs - what its logs stand on; without it, it keeps none */
  constructor(logs?: MemoryLogParts) {
    if (logs !== undefined) this.log = new MemoryLog(logs, (message) => this.#bring(message));
  }

  start(deliver: Deliver): void {
    this.#deliver = deliver;
    const { log } = this;
    if (log !== undefined) this.#sweeping = setInterval(() => log.sweep(), sweepEvery).unref();
  }

  publish(message: Message): void {
    if (this.#deliver === undefined) throw new StompwireError('relay-unavailable', 'the relay is closed');
    this.#bring(message);
  }

  interest(): void {}

  disinterest(): void {}

  close(): void {
    clearInterval(this.#sweeping);
    this.log?.close();
    this.#deliver = undefined;
    this.#waiting.length = 0;
  }

  #bring(message: Message): void {
    if (this.#delivering) {
      this.#waiting.push(message);
      return;
    }
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
