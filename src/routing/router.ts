// Where a destination leads: to a handler, to the broker, or to the session's own queues.
import type { Broker } from '../broker/broker.ts';
import { Channel, type Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { travellingHeaders } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { TimingWheel } from '../time/wheel.ts';
import type { Application } from './application.ts';
import { Handlers } from './handlers.ts';
import { notOne, Publisher } from './publisher.ts';
import {
  canonicalUserDestination,
  type Owner,
  ownAddress,
  parseUserDestination,
  queuePrefix,
  type UserDelivery,
  type UserMessage,
} from './user-destinations.ts';

/** What destinations begin with. */
export interface RouterOptions {
  readonly appPrefix: string;
  readonly brokerPrefixes: readonly string[];
  readonly userPrefix: string;
  readonly separator: Separator;
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
}

/** Answers SEND and SUBSCRIBE by their destinations. */
export class Router {
  /** Sends the server's own messages. */
  readonly publisher: Publisher;
  readonly #broker: Broker;
  readonly #handlers: Handlers;
  readonly #options: RouterOptions;
  /** Prefixes under which messages fan out; `/queue` is for queues, which are another matter. */
  readonly #topics: readonly string[];
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
    }: RouterParts = {},
  ) {
    const topics = options.brokerPrefixes.filter((prefix) => prefix !== queuePrefix);
    this.#broker = broker;
    this.#options = options;
    this.#topics = topics;
    this.#nextId = nextId;
    this.publisher = new Publisher({ ...options, broker, users, converters: app.converters, nextId });
    const { publisher, send } = this;
    const parts = { ...options, app, publisher, topics, nextId, inbound, send, wheel, handlerTimeout };
    this.#handlers = new Handlers(parts);
  }

  /** Brings a SEND to its handler or to the broker. */
  readonly send = (inbound: Inbound): Soon<void> => {
    const { destination } = inbound;
    if (isUnder(destination, this.#options.appPrefix)) return this.#handlers.send(inbound);
    if (isUnder(destination, this.#options.userPrefix)) return this.#sendToUser(inbound);
    this.#assertTopic(destination);
    if (isPattern(destination)) throw notOne(destination);
    return this.#broker.publish(this.#messageOf(inbound), inbound.sending);
  };

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

  /** Where the broker delivers what a session subscribes to. */
  addressOf(destination: string, session: Owner): string {
    const { userPrefix, appPrefix, separator } = this.#options;
    assertDestination(destination, separator);
    if (isUnder(destination, appPrefix)) {
      throw new StompwireError('no-handler', `no handler answers SUBSCRIBE to '${printable(destination)}'`);
    }
    if (!isUnder(destination, userPrefix)) {
      this.#assertTopic(destination);
      return destination;
    }
    const path = destination.slice(userPrefix.length);
    if (isUnder(path, queuePrefix)) return ownAddress(session, path);
    throw new StompwireError(
      'denied',
      `'${printable(destination)}': a session may subscribe to its own queues under ${userPrefix}${queuePrefix} only`,
    );
  }

  /** Publishes a payload of the server's own: objects travel as JSON, strings as text, bytes as they are. */
  readonly publish = (destination: string, payload: unknown): Soon<void> =>
    this.publisher.publish(destination, payload);

  /** Whether a client may do so is for the rules to say. */
  #sendToUser(inbound: Inbound): Soon<void> {
    const { name, path } = parseUserDestination(inbound.destination, this.#options.userPrefix);
    return this.publisher.users.toUser(name, path, contentOf(inbound));
  }

  #messageOf(inbound: Inbound): Message {
    return new Message({
      ...contentOf(inbound),
      destination: inbound.destination,
      sender: inbound.session.user?.name,
      id: this.#nextId(),
    });
  }

  #assertTopic(destination: string): void {
    if (this.#topics.some((prefix) => isUnder(destination, prefix)))
      return assertDestination(destination, this.#options.separator);
    if (isUnder(destination, queuePrefix)) {
      throw new StompwireError(
        'not-supported',
        `'${printable(destination)}': queues are not offered yet; use ${this.#topics.join(' or ')}`,
      );
    }
    const { appPrefix, userPrefix } = this.#options;
    const allowed = [...this.#topics, appPrefix, `${userPrefix}${queuePrefix}`].join(', ');
    throw new StompwireError(
      'unknown-destination',
      `'${printable(destination)}' lies under no prefix served here: ${allowed}`,
    );
  }
}

/** What a client's message brings, but for where it goes. */
function contentOf({ headers, session, body }: Inbound): UserMessage {
  return {
    body,
    contentType: headers.get('content-type'),
    headers: travellingHeaders(headers.pairs),
    excludes: headers.get('exclude-sender') === 'true' ? session.id : undefined,
  };
}

const nobody: UserDelivery = { toUser: () => {}, toSession: () => {}, toOwner: () => {} };
