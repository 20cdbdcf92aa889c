// What was redacted lately: a session may still have its body to give, in a queue of its own or for want of credit.
import type { Message } from '../message/message.ts';
import { destinationHash, messageIdOf, type Position } from '../message/position.ts';
import { redactedCopy } from '../queue/redacted.ts';

/** So many are remembered. */
const usualMost = 10_000;

/** Asked where a message that has waited in this process is given. */
export class LatelyRedacted {
  readonly #most: number;
  /** The ids, in the order in which they came. */
  readonly #ids = new Set<string>();

  constructor(most = usualMost) {
    this.#most = most;
  }

  add(destination: string, position: Position): void {
    this.#ids.add(messageIdOf(destinationHash(destination), position));
    if (this.#ids.size > this.#most) this.#ids.delete(this.#ids.values().next().value!);
  }

  /** The message, or what is to be given in its place. */
  seen(message: Message): Message {
    if (this.#ids.size === 0 || message.position === undefined || !this.#ids.has(message.id)) return message;
    const isDead = !message.id.startsWith(`${destinationHash(message.destination)}.`);
    return redactedCopy(message, isDead);
  }
}
