// Where a destination leads: to a handler, to the broker, or to the session's own queues.
import type { Broker } from '../broker/broker.ts';
import { Channel, type Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { travellingHeaders } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { type Metrics, noMetrics } from '../metrics/metrics.ts';
import type { QueueArguments } from '../queue/consumer.ts';
import { termsOf } from '../queue/terms.ts';
import { TimingWheel } from '../time/wheel.ts';
import type { Application } from './application.ts';
import { Handlers } from './handlers.ts';
import { notOne, Publisher } from './publisher.ts';
import { replyPrefix, TemporaryQueues, temporaryPrefix } from './temporary-queues.ts';
import {
  canonicalUserDestination,
  type Owner,
  ownAddress,
  parseUserDestination,
  queuePrefix,
  type UserDelivery,
  type UserMessage,
  userAddress,
} from './user-destinations.ts';

/** What destinations begin with. */
export interface RouterOptions {
  readonly appPrefix: string;
  readonly brokerPrefixes: readonly string[];
  readonly userPrefix: string;
  readonly separator: Separator;
  /** What divides the segments of patterns, where that is more than {@link separator}. */
  readonly patternSeparator?: Separator;
  /** `/queue` is one more prefix under which messages fan out [Spring's simple broker]. */
  readonly queuesFanOut?: boolean;
  /** A pattern stands for all queues that fit it [ActiveMQ]. */
  readonly queuePatterns?: boolean;
}

/** What a router may be given; what is left out is harmless. */
export interface RouterParts {
  /** Brings messages to users; without it nobody has queues of their own that handlers reach. */
  readonly users?: UserDelivery;
  /** The line that clients' frames pass: a reply in a client's name passes it too. */
  readonly inbound?: Channel<Inbound>;
  /** What handlers' time limits are set on. */
  readonly wheel?: TimingWheel;
  /** Milliseconds that a handler may take that does not say; 0: no limit. */
  readonly handlerTimeout?: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock?: () => number;
  readonly metrics?: Metrics;
}

/** Where a SEND goes. */
export interface Target {
  readonly address: string;
  /** What it puts into a queue. */
  readonly queued?: Message;
}

/** Answers SEND and SUBSCRIBE by their destinations. */
export class Router {
  /** Sends the server's own messages. */
  readonly publisher: Publisher;
  readonly #broker: Broker;
  readonly #handlers: Handlers;
  readonly #options: RouterOptions;
  /** Prefixes under which messages fan out. */
  readonly #topics: readonly string[];
  /** Whether one of many gets what is sent under `/queue`. */
  readonly #queues: boolean;
  readonly #temporary = new TemporaryQueues();
  readonly #clock: () => number;
  readonly #nextId: () => string;

  /** @param nextId - gives every message an id of its own */
  constructor(
    broker: Broker,
    app: Application,
    options: RouterOptions,
    nextId: () => string,
    {
      users = nobody,
      inbound = new Channel(),
      wheel = new TimingWheel(),
      handlerTimeout = 0,
      clock = Date.now,
      metrics = noMetrics,
    }: RouterParts = {},
  ) {
    const { brokerPrefixes, queuesFanOut = false } = options;
    const queues = brokerPrefixes.includes(queuePrefix) && !queuesFanOut;
    const topics = brokerPrefixes.filter((prefix) => prefix !== queuePrefix || queuesFanOut);
    this.#broker = broker;
    this.#options = options;
    this.#topics = topics;
    this.#queues = queues;
    this.#clock = clock;
    this.#nextId = nextId;
    const { converters } = app;
    this.publisher = new Publisher({ ...options, broker, users, converters, nextId, queues, clock });
    const { publisher, send } = this;
    const replies = [...topics, ...(queues ? [queuePrefix] : []), replyPrefix];
    const parts = { ...options, app, publisher, topics, replies, nextId, inbound, send, wheel, metrics };
    this.#handlers = new Handlers({ ...parts, handlerTimeout });
  }

  /**
   * Brings a SEND to its handler or to the broker.
   *
   * @param declares - what it says of the queue that it goes to
   */
  readonly send = (inbound: Inbound, declares?: QueueArguments): Soon<void> => {
    const { destination } = inbound;
    if (isUnder(destination, this.#options.appPrefix)) return this.#handlers.send(inbound);
    if (isUnder(destination, this.#options.userPrefix)) return this.#sendToUser(inbound);
    if (!this.#isTopic(destination)) return this.#sendToQueue(inbound, declares);
    assertDestination(destination, this.#options.separator);
    if (isPattern(destination)) throw notOne(destination);
    return this.#broker.publish(this.#messageOf(inbound), inbound.sending);
  };

  /**
   * Where a SEND goes; none: to a handler. What would be refused whenever it is sent is refused now.
   *
   * @throws {StompwireError}
   */
  targetOf(inbound: Inbound): Target | undefined {
    const { destination } = inbound;
    const { appPrefix, userPrefix, separator, patternSeparator = separator } = this.#options;
    if (isUnder(destination, appPrefix)) return undefined;
    if (isUnder(destination, userPrefix)) {
      const { name, path } = parseUserDestination(destination, userPrefix);
      assertDestination(path, separator);
      if (isPattern(path)) throw notOne(destination);
      return { address: userAddress(name, path) };
    }
    assertDestination(destination, patternSeparator);
    if (isPattern(destination)) throw notOne(destination);
    if (isTemporary(destination)) return this.#temporary.placeOf(destination, inbound.session);
    if (this.#isTopic(destination)) return { address: destination };
    return this.#queuedThere(inbound);
  }

  #queuedThere(inbound: Inbound): Target {
    this.#assertQueue(inbound);
    const queued = this.#messageOf(inbound);
    termsOf(queued.headers, this.#clock());
    return { address: queued.address, queued };
  }

  /** The one way to write a SEND's destination, for rules to compare. */
  canonical(destination: string): string {
    return canonicalUserDestination(destination, this.#options.userPrefix);
  }

  /** Whether a SUBSCRIBE is for a handler to answer, and not for the broker. */
  isAnswered(destination: string): boolean {
    return isUnder(destination, this.#options.appPrefix);
  }

  /**
   * Has a handler answer a SUBSCRIBE; done when it has.
   *
   * @param deliver - brings a message straight to the subscription
   */
  subscribe(inbound: Inbound, deliver: (message: Message) => Soon<void>): Soon<void> {
    assertDestination(inbound.destination, this.#options.separator);
    return this.#handlers.subscribe(inbound, deliver);
  }

  /** Whether one of many gets what is sent there. */
  isQueue(destination: string): boolean {
    return this.#queues && isUnder(destination, queuePrefix);
  }

  /** Whether a client that is away can be kept what is published there. */
  isTopic(destination: string): boolean {
    return this.#isTopic(destination);
  }

  /**
   * What others are told in the place of a `reply-to` that names a temporary queue of a session's own; none: it
   * names something else.
   */
  replyTo(destination: string, session: Owner): string | undefined {
    if (!isUnder(destination, temporaryPrefix)) return undefined;
    assertDestination(destination, this.#options.separator);
    return this.#temporary.replyTo(destination, session);
  }

  /** Where the broker delivers what a session subscribes to. */
  addressOf(destination: string, session: Owner): string {
    const { userPrefix, appPrefix, separator, patternSeparator = separator } = this.#options;
    assertDestination(destination, patternSeparator);
    if (isUnder(destination, appPrefix)) {
      throw new StompwireError('no-handler', `no handler answers SUBSCRIBE to '${printable(destination)}'`);
    }
    if (isUnder(destination, temporaryPrefix)) return this.#temporary.addressOf(destination, session);
    if (!isUnder(destination, userPrefix)) {
      if (!this.#isTopic(destination)) this.#assertConsumed(destination, this.#options.queuePatterns);
      return destination;
    }
    const path = destination.slice(userPrefix.length);
    if (isUnder(path, queuePrefix)) return ownAddress(session, path);
    throw new StompwireError(
      'denied',
      `'${printable(destination)}': a session may subscribe to its own queues under ${userPrefix}${queuePrefix} only`,
    );
  }

  /** Whether a client may do so is for the rules to say. */
  #sendToUser(inbound: Inbound): Soon<void> {
    const { name, path } = parseUserDestination(inbound.destination, this.#options.userPrefix);
    return this.publisher.users.toUser(name, path, contentOf(inbound));
  }

  #messageOf(inbound: Inbound): Message {
    return this.#messageTo(inbound.destination, inbound.destination, inbound);
  }

  #messageTo(destination: string, address: string, inbound: Inbound): Message {
    const { body, contentType, headers, excludes } = contentOf(inbound);
    const sender = inbound.session.user?.name;
    const id = this.#nextId();
    return new Message({ destination, body, id, contentType, headers, excludes, address, sender });
  }

  #sendToQueue(inbound: Inbound, declares: QueueArguments | undefined): Soon<void> {
    const { destination, session } = inbound;
    if (isTemporary(destination)) {
      assertDestination(destination, this.#options.separator);
      const { destination: own, address } = this.#temporary.placeOf(destination, session);
      return this.#broker.publish(this.#messageTo(own, address, inbound));
    }
    this.#assertQueue(inbound);
    const message = this.#messageOf(inbound);
    const terms = termsOf(message.headers, this.#clock());
    return this.#broker.enqueue(message, declares === undefined ? terms : { ...terms, declares });
  }

  #isTopic(destination: string): boolean {
    for (const prefix of this.#topics) if (isUnder(destination, prefix)) return true;
    return false;
  }

  /** One queue, for whoever takes it. */
  #assertQueue({ destination, headers }: Inbound): void {
    this.#assertConsumed(destination);
    assertDestination(destination, this.#options.separator);
    if (headers.get('exclude-sender') !== 'true') return;
    throw new StompwireError(
      'not-supported',
      `'${printable(destination)}': exclude-sender is for topics; a queue gives a message to one of its consumers`,
    );
  }

  #assertConsumed(destination: string, patterns = false): void {
    if (!this.isQueue(destination)) throw this.#unknown(destination);
    if (patterns || !isPattern(destination)) return;
    throw new StompwireError(
      'bad-destination',
      `'${printable(destination)}': a queue is named, patterns are for topics`,
    );
  }

  #unknown(destination: string): StompwireError {
    const { appPrefix, userPrefix } = this.#options;
    const queues = this.#queues ? [queuePrefix] : [];
    const allowed = [...this.#topics, ...queues, appPrefix, `${userPrefix}${queuePrefix}`].join(', ');
    return new StompwireError(
      'unknown-destination',
      `'${printable(destination)}' lies under no prefix served here: ${allowed}`,
    );
  }
}

function isTemporary(destination: string): boolean {
  return isUnder(destination, replyPrefix) || isUnder(destination, temporaryPrefix);
}

/** What a client's message brings, but for where it goes. */
function contentOf({ headers, session, body }: Inbound): UserMessage {
  return {
    body,
    contentType: headers.get('content-type'),
    headers: travellingHeaders(headers.pairs),
    excludes: headers.get('exclude-sender') === 'true' ? session.id : session.excludes,
  };
}

const nobody: UserDelivery = { toUser: () => {}, toSession: () => {}, toOwner: () => {} };
