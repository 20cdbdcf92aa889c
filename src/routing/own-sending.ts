// What a program asks of a message that it publishes in somebody's name, and what became of it.
import type { Sending } from '../channel/inbound.ts';
import { scopedKey } from '../message/idempotency-key.ts';
import type { ReceiptLevel } from '../message/policies.ts';
import { destinationHash, messageIdOf, numberOf, type Position } from '../message/position.ts';
import type { SendOptions } from './context.ts';

/** How a program publishes; all of it may be left out. */
export interface PublishOptions extends SendOptions {
  /** In whose name: a user that the program has made sure of. Subscribers are not told, the history keeps it. */
  readonly sender?: string | undefined;
  /**
   * Published again under the same key by the same sender, it is not delivered again, on a logged destination: the
   * answer is that of the first one, for as long as the policy says (`window`).
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * Only those hear it who are subscribed on this node: it goes past the other nodes and past the log, and no
   * interceptor of what is published sees it.
   */
  readonly onlyHere?: boolean | undefined;
  /** When the call is done; default: what the policy of the destination says. */
  readonly receiptLevel?: ReceiptLevel | undefined;
}

/** What became of it. */
export interface Published {
  /** Its place, on a logged destination: what `resume-from` takes. Of one that came again, that of the first. */
  readonly messageId: string | undefined;
  /** Its number in the destination; see {@link HistoryMessage.number}. */
  readonly number: number | undefined;
  /** Whether its key was known: nothing was published. */
  readonly again: boolean;
}

/** A message that a program publishes. */
export class OwnSending implements Sending {
  readonly level: ReceiptLevel | undefined;
  readonly #key: string | undefined;
  #place: Position | undefined;
  #again = false;
  #after: Promise<void> | undefined;

  constructor(destination: string, { receiptLevel, idempotencyKey, sender }: PublishOptions) {
    this.level = receiptLevel;
    this.#key =
      idempotencyKey === undefined ? undefined : scopedKey('program', sender, destination, idempotencyKey);
  }

  nextKey(): string | undefined {
    return this.#key;
  }

  appended(_destination: string, position: Position, again: boolean): void {
    this.#place = position;
    this.#again = again;
  }

  waitFor(confirmed: Promise<void>): void {
    confirmed.catch(() => {}); // told by `done`
    this.#after = confirmed;
  }

  /** What became of it, once it is as safe as was asked. */
  async done(destination: string): Promise<Published> {
    await this.#after;
    const place = this.#place;
    if (place === undefined) return { messageId: undefined, number: undefined, again: false };
    const messageId = messageIdOf(destinationHash(destination), place);
    return { messageId, number: numberOf(place), again: this.#again };
  }
}
