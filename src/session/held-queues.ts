// Queues that a session has made its own by a SEND: they are there until it ends, whether it takes from them or not.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import type { Consumption, QueueArguments, QueueConsumer } from '../queue/consumer.ts';
import { notOwned } from '../queue/same-terms.ts';
import { queuesOf } from './queue-subscription.ts';
import type { SessionServices } from './services.ts';

/** The session that holds them. */
export interface HoldingSession {
  readonly id: string;
  readonly services: SessionServices;
}

/** One of them. */
interface Held {
  readonly consumption: Consumption;
  /** Whether it goes with its last consumer, once there was one. */
  readonly passing: boolean;
}

/** To its queue it is a consumer that never begins: where a node dies, they go as with any other. */
export class HeldQueues {
  readonly #session: HoldingSession;
  readonly #held = new Map<string, Held>();
  #ended = false;

  constructor(session: HoldingSession) {
    this.#session = session;
  }

  /**
   * @param passing - whether the queue is held only until the session takes from it
   * @throws {StompwireError} `bad-header`, `denied`, `queue-full`, `too-many-subscriptions`
   */
  hold(address: string, terms: QueueArguments, passing: boolean): Soon<void> {
    if (this.#held.has(address)) return;
    this.#assertRoom();
    const { id, services } = this.#session;
    const consumer: QueueConsumer = { prefetch: 0, auto: false, owner: id, take: () => {} };
    const consumption = queuesOf(services.broker).consume(address, consumer, terms);
    const keep = (held: Consumption): Soon<void> => this.#keep(address, { consumption: held, passing });
    return consumption instanceof Promise ? consumption.then(keep) : keep(consumption);
  }

  /** The session takes from a queue. */
  taken(address: string): Soon<void> {
    const held = this.#held.get(address);
    if (held?.passing !== true) return;
    this.#held.delete(address);
    return held.consumption.cancel();
  }

  /** Lets go of all of them. */
  end(): void {
    this.#ended = true;
    for (const { consumption } of this.#held.values()) void consumption.cancel();
    this.#held.clear();
  }

  /** Who has left meanwhile holds nothing, and sends nothing there. */
  #keep(address: string, held: Held): Soon<void> {
    if (this.#ended) {
      void held.consumption.cancel();
      throw notOwned(address);
    }
    this.#held.set(address, held);
  }

  #assertRoom(): void {
    const { maxSubscriptions } = this.#session.services.options;
    if (this.#held.size < maxSubscriptions) return;
    throw new StompwireError(
      'too-many-subscriptions',
      `a session may have maxSubscriptions=${maxSubscriptions} exclusive queues to which it sends`,
    );
  }
}
