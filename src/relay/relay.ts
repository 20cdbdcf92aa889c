// PORT: what carries messages between the brokers of all nodes. The broker stands on exactly one relay.
import type { Soon } from '../channel/channel.ts';
import type { Message } from '../message/message.ts';
import type { Claims } from './claims.ts';
import type { Log } from './log.ts';
import type { Members, Presence } from './members.ts';
import type { Queues } from './queues.ts';
import type { Quotas } from './quotas.ts';

/** Takes what the relay brings: each message once, in the relay's order per destination. */
export type Deliver = (message: Message) => void;

/**
 * Carries messages to every node that has interest. Guarantees:
 * - order: all nodes get the messages of one destination in one order, a publisher's in its own;
 * - interest: once `interest` has resolved, every message whose `publish` begins later is delivered here;
 *   a node is not bothered with destinations in which it has none;
 * - a message goes by its `address`, and arrives whole: all that it is made of, but not its `encodings`;
 * - a node's own messages come back to it through `deliver`, like everyone else's;
 * - `publish` resolves when the message is with the relay, and rejects with `relay-unavailable` otherwise.
 * Memory: all of that happens before the call returns.
 */
export interface Relay {
  /** The hot logs, when this relay keeps any. */
  readonly log?: Log;
  /** The queues, when this relay keeps any. */
  readonly queues?: Queues;
  /** Which users are connected where, when this relay keeps it. */
  readonly members?: Members & Presence & Quotas;
  /** Idempotency keys over all nodes, when this relay keeps them. */
  readonly claims?: Claims;
  /** Why it cannot publish, or bring everything, at the moment; `undefined`: it can. */
  readonly state?: string | undefined;
  start(deliver: Deliver): Soon<void>;
  publish(message: Message): Soon<void>;
  /** @param destination - a destination or a pattern; asked once, however many subscribers there are */
  interest(destination: string): Soon<void>;
  disinterest(destination: string): Soon<void>;
  /**
   * Says who hears that what was published meanwhile, and is in no log, may have been missed: the relay was away, and
   * brings everything again. Absent: it is never away.
   */
  onReturn?(listener: () => void): void;
  /**
   * Refuses addresses of messages and queues that do not lie together. Absent: all do.
   *
   * @throws {StompwireError} `transaction-too-wide`
   */
  assertTogether?(addresses: readonly string[]): void;
  /**
   * Does in one go what `steps` begins before it returns: what it publishes, enqueues, acknowledges and refuses.
   * What is refused of it is refused as a whole. Absent: what is begun at once is done at once, and nobody sees a part
   * of it.
   *
   * @param undone - hears that nothing of it was done, or that nobody knows
   */
  together?(steps: () => Soon<void>, undone: () => void): Soon<void>;
  /** Ends; nothing is delivered afterwards. Twice is harmless. */
  close(): Soon<void>;
}
