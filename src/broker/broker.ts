// The one broker: knows the local subscriptions, publishes through the relay, delivers what it brings.
import { Channel, type Soon } from '../channel/channel.ts';
import { markInLine } from '../channel/in-line.ts';
import { InOrder } from '../channel/in-order.ts';
import type { Sending } from '../channel/inbound.ts';
import type { Outbound } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import type { Separator } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import { type LogPolicy, Policies } from '../message/policies.ts';
import { destinationHash, messageIdOf, numberOf } from '../message/position.ts';
import { type Counter, type Metrics, noMetrics } from '../metrics/metrics.ts';
import type { QueueTerms } from '../queue/consumer.ts';
import type { Appended, Log } from '../relay/log.ts';
import { isCommand } from '../relay/node-line.ts';
import type { Queues } from '../relay/queues.ts';
import type { Relay } from '../relay/relay.ts';
import { assertPossible, whenSafe } from './receipt-level.ts';
import { type Subscriber, Subscriptions } from './subscriptions.ts';

/** Routes messages between publishers and local subscribers, over a relay. */
export class Broker {
  /** What is published passes here, before the relay takes it. */
  readonly publishing: Channel<Outbound>;
  /** What is delivered passes here once per message, before the subscribers are looked up. */
  readonly outbound: Channel<Outbound>;
  /** Which destinations are logged, and what is promised of them. */
  readonly policies: Policies;
  readonly #subscriptions: Subscriptions;
  readonly #relay: Relay;
  readonly #published: Counter;
  readonly #delivered: Counter;
  /** Interest that the relay has not granted yet: whoever subscribes meanwhile waits for it as well. */
  readonly #pending = new Map<string, Promise<void>>();
  /** Messages that wait for a slow outbound interceptor. */
  readonly #order = new InOrder();
  readonly #failed: (error: unknown, message: Message) => void;
  readonly #command: ((message: Message) => void) | undefined;

  /**
   * @param relay - what is under this broker
   * @param options - `failed` hears of outbound interceptors that throw: their message is dropped. The lines may
   *   be a server's own, on which interceptors stand before there is a broker
   */
  constructor(
    relay: Relay,
    options: {
      separator?: Separator;
      metrics?: Metrics;
      failed?: (error: unknown, message: Message) => void;
      publishing?: Channel<Outbound>;
      outbound?: Channel<Outbound>;
      policies?: Policies;
      /** Takes what nodes say to each other: no interceptor and no subscriber sees it. */
      command?: (message: Message) => void;
    } = {},
  ) {
    this.publishing = options.publishing ?? new Channel();
    this.outbound = options.outbound ?? new Channel();
    this.policies = options.policies ?? new Policies(options.separator);
    const metrics = options.metrics ?? noMetrics;
    this.#relay = relay;
    this.#subscriptions = new Subscriptions(options.separator);
    this.#failed = options.failed ?? (() => {});
    this.#command = options.command;
    this.#published = metrics.counter('messages_published', 'Messages given to the broker');
    this.#delivered = metrics.counter('deliveries', 'Messages handed to subscriptions');
    metrics.gauge('subscriptions', 'Subscriptions on this node', () => this.#subscriptions.size);
  }

  /** The hot logs of logged destinations; `undefined` where the relay keeps none. */
  get log(): Log | undefined {
    return this.#relay.log;
  }

  /** The queues of the relay, if it keeps any. */
  get queues(): Queues | undefined {
    return this.#relay.queues;
  }

  /** Begins to take messages from the relay. */
  start(): Soon<void> {
    return this.#relay.start((message) =>
      isCommand(message) ? this.#command?.(message) : this.#arrived(message),
    );
  }

  /** Ends; the relay is closed. */
  close(): Soon<void> {
    return this.#relay.close();
  }

  /**
   * Adds a subscriber; done when every later message will reach it. When the relay refuses, the subscriber
   * is still to be taken out with {@link unsubscribe}.
   */
  subscribe(destination: string, subscriber: Subscriber): Soon<void> {
    if (!this.#subscriptions.add(destination, subscriber)) return this.#pending.get(destination);
    const interest = this.#relay.interest(destination);
    if (interest instanceof Promise) return this.#granted(destination, interest);
  }

  /** Takes a subscriber out; nothing reaches it afterwards. */
  unsubscribe(destination: string, subscriber: Subscriber): Soon<void> {
    if (!this.#subscriptions.remove(destination, subscriber)) return;
    this.#pending.delete(destination);
    const done = this.#relay.disinterest(destination);
    // interest that stays is a cost of the relay's: who left hears nothing either way
    if (done instanceof Promise) return done.catch(() => {});
  }

  /**
   * Gives a message to the relay, which brings it to the subscribers of every node, here included: by the log of
   * its destination, where a policy says that it has one.
   *
   * @param sending - what the SEND asks in whose name it is published
   */
  publish(message: Message, sending?: Sending): Soon<void> {
    if (this.publishing.empty) return this.#hand(message, sending);
    return this.publishing.run({ message }, (passed) => this.#hand(passed.message, sending, passed));
  }

  /**
   * Puts a message into the queue of its address; done when it is kept. What is enqueued later stands behind it.
   *
   * @throws {StompwireError} `queue-full`, `not-supported` where the relay keeps no queues
   */
  enqueue(message: Message, terms?: QueueTerms): Soon<void> {
    if (this.publishing.empty) return this.#keep(message, terms);
    return this.publishing.run({ message }, (passed) => this.#keep(passed.message, terms));
  }

  /** @throws {StompwireError} `transaction-too-wide`: what lies there cannot be dealt with in one step */
  assertTogether(addresses: readonly string[]): void {
    this.#relay.assertTogether?.(addresses);
  }

  /**
   * Does in one go what `steps` begins before it returns, as far as the relay has to do with it.
   *
   * @param undone - hears that nothing of it was done, or that nobody knows
   */
  together(steps: () => Soon<void>, undone: () => void): Soon<void> {
    return this.#relay.together === undefined ? steps() : this.#relay.together(steps, undone);
  }

  /** The policy of a destination that has a log; `undefined`: it is plain. */
  policyOf(destination: string): LogPolicy | undefined {
    return this.#relay.log === undefined ? undefined : this.policies.of(destination);
  }

  /** Done when a message that was appended is as safe as a level says, or as its policy does. */
  whenSafe(level: Sending['level'], destination: string, position: Appended['position']): Soon<void> {
    const log = this.#relay.log;
    const wanted = level ?? this.policies.of(destination)?.receipt;
    if (log === undefined || wanted === undefined) return;
    assertPossible(wanted, log);
    return whenSafe(wanted, log, destination, position);
  }

  /** Delivers to local subscribers only, past the relay, but through the outbound line like everything else. */
  deliver(message: Message): void {
    this.#arrived(message);
  }

  #keep(message: Message, terms: QueueTerms | undefined): Soon<void> {
    const { queues } = this.#relay;
    if (queues === undefined) throw new StompwireError('not-supported', 'this broker keeps no queues');
    this.#published.add();
    const done = queues.enqueue(message, terms);
    return done instanceof Promise ? markInLine(done) : done;
  }

  #hand(message: Message, sending: Sending | undefined, passed?: Outbound): Soon<void> {
    const { destination, address } = message;
    // what somebody's own queue is told has an address of its own, and no log
    const policy = address === destination ? this.policyOf(destination) : undefined;
    if (policy !== undefined) return this.#append(message, policy, sending, passed);
    this.#published.add();
    const done = this.#relay.publish(message);
    return done instanceof Promise ? markInLine(done) : done;
  }

  #append(message: Message, policy: LogPolicy, sending: Sending | undefined, passed?: Outbound): Soon<void> {
    const log = this.#relay.log!;
    if (sending !== undefined) assertPossible(sending.level ?? policy.receipt, log);
    this.#published.add();
    const done = log.append(message, policy, sending?.nextKey());
    if (done instanceof Promise)
      return markInLine(
        done.then((appended) => this.#appended(message.destination, appended, sending, passed)),
      );
    this.#appended(message.destination, done, sending, passed);
  }

  #appended(
    destination: string,
    { position, again }: Appended,
    sending: Sending | undefined,
    passed: Outbound | undefined,
  ): void {
    if (passed !== undefined) {
      const messageId = messageIdOf(destinationHash(destination), position);
      passed.appended = { messageId, number: numberOf(position), again };
    }
    if (sending === undefined) return;
    sending.appended(destination, position, again);
    const safe = this.whenSafe(sending.level, destination, position);
    if (safe instanceof Promise) sending.waitFor(safe);
  }

  #reach(message: Message): void {
    let heard = 0;
    this.#subscriptions.match(message.address, (listeners) => {
      heard += deliverTo(listeners, message);
    });
    this.#delivered.add(heard);
  }

  /** Refused interest stays pending until its subscribers have gone: who joins them meanwhile is refused too. */
  #granted(destination: string, interest: Promise<void>): Promise<void> {
    this.#pending.set(destination, interest);
    return interest.then(() => {
      if (this.#pending.get(destination) === interest) this.#pending.delete(destination);
    });
  }

  /** An interceptor that takes its time holds up what comes after it: the order is the relay's. */
  #arrived(message: Message): void {
    if (this.outbound.empty && !this.#order.waits) this.#reach(message);
    else this.#order.run(() => this.#pass(message));
  }

  /** Takes one message through the outbound line; a failure is reported and never passed on. */
  #pass(message: Message): Promise<void> | undefined {
    try {
      const done = this.outbound.run({ message }, (passed) => this.#reach(passed.message));
      if (done instanceof Promise) return done.catch((error: unknown) => this.#failed(error, message));
    } catch (error) {
      this.#failed(error, message);
    }
    return undefined;
  }
}

/** Whether a message that excludes somebody is not for who subscribed. */
export function isExcluded(
  { owner, deafTo }: Pick<Subscriber, 'owner' | 'deafTo'>,
  excluded: string,
): boolean {
  return owner === excluded || deafTo === excluded;
}

function deliverTo(listeners: readonly Subscriber[], message: Message): number {
  const { excludes: excluded, only } = message;
  let heard = 0;
  for (let i = 0; i < listeners.length; i++) {
    const subscriber = listeners[i]!;
    if (only !== undefined && subscriber.owner !== only) continue;
    if (excluded !== undefined && isExcluded(subscriber, excluded)) continue;
    subscriber.deliver(message);
    heard++;
  }
  return heard;
}
