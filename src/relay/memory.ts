// The relay for a single node: what is published is delivered at once, in this process.
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { Deliver, Relay } from './relay.ts';

/**
 * The readable reference of the relay port. Messages published while one is being delivered wait for
 * their turn, so that every subscriber sees one order.
 */
export class MemoryRelay implements Relay {
  #deliver: Deliver | undefined;
  #delivering = false;
  readonly #waiting: Message[] = [];

  start(deliver: Deliver): void {
    this.#deliver = deliver;
  }

  publish(message: Message): void {
    if (this.#deliver === undefined) throw new StompwireError('relay-unavailable', 'the relay is closed');
    if (this.#delivering) {
      this.#waiting.push(message);
      return;
    }
    this.#delivering = true;
    try {
      this.#deliver(message);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.#deliver?.(next);
    } finally {
      this.#delivering = false;
    }
  }

  interest(): void {}

  disinterest(): void {}

  close(): void {
    this.#deliver = undefined;
    this.#waiting.length = 0;
  }
}
