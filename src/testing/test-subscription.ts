// A subscription of a test client: what it hears, waited for by expectation.
import { ExpectationError, listed } from './failures.ts';
import { Mailbox, type Waiting } from './mailbox.ts';
import type { Received } from './received.ts';

/** What a subscription asks of its client. */
export interface Subscriber {
  /** Done when all that the server had for the client before is here. */
  fence(): Promise<void>;
  unsubscribe(subscription: TestSubscription): Promise<void>;
}

/**
 * A subscription that stands.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp(() => {});
 * const ann = await kit.connect({ login: 'ann' });
 * const news = await ann.subscribe('/topic/news');
 * await kit.server.publish('/topic/news', { headline: 'it runs' });
 * const { body } = await news.next({ matching: { body: { headline: 'it runs' } } });
 * assert.deepEqual(body, { headline: 'it runs' });
 * await news.expectNothing();
 * await kit.close();
 * ```
 */
export class TestSubscription {
  /** What its SUBSCRIBE named it. */
  readonly id: string;
  /** As it was subscribed to: a pattern stays one. */
  readonly destination: string;
  readonly #mailbox: Mailbox;
  readonly #subscriber: Subscriber;

  /** Made by `subscribe` of a client. */
  constructor(id: string, destination: string, subscriber: Subscriber, within: number) {
    this.id = id;
    this.destination = destination;
    this.#subscriber = subscriber;
    this.#mailbox = new Mailbox(`a message on ${destination}`, within);
  }

  /**
   * The next message that fits, whether it has come or is still to come.
   *
   * @throws {ExpectationError} when none came in time, or the session ended before
   */
  next(waiting: Waiting = {}): Promise<Received> {
    return this.#mailbox.next(waiting);
  }

  /**
   * Makes sure that nothing has come that was not taken by `next`. No time is waited: once the server has answered
   * one more frame of this client, all that was delivered to it before is here. What a handler does after its SEND
   * was answered, or an interceptor that delivers later, is not waited for.
   *
   * @throws {ExpectationError} that lists what came
   */
  async expectNothing(): Promise<void> {
    await this.#subscriber.fence();
    const { frames } = this.#mailbox;
    if (frames.length > 0)
      throw new ExpectationError(`expected nothing on ${this.destination}; what came:${listed(frames)}`);
  }

  /** Done when the server has ended it. */
  unsubscribe(): Promise<void> {
    return this.#subscriber.unsubscribe(this);
  }

  /** A message for this subscription. */
  put(message: Received): void {
    this.#mailbox.put(message);
  }

  /** The session is over. */
  end(why: string): void {
    this.#mailbox.end(why);
  }
}
