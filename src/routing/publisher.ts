// The server's own messages: payloads become bodies and go to the broker, to users, or to one session.
import type { Broker } from '../broker/broker.ts';
import type { Soon } from '../channel/channel.ts';
import type { Inbound, Sending } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { reservedHeaders } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { termsOf } from '../queue/terms.ts';
import type { SendOptions } from './context.ts';
import type { Converted, Converters } from './converters.ts';
import { OwnSending, type Published, type PublishOptions } from './own-sending.ts';
import { type Owner, queuePrefix, type UserDelivery } from './user-destinations.ts';

/** What a publisher stands on. */
export interface PublisherParts {
  readonly broker: Pick<Broker, 'publish' | 'enqueue' | 'deliver'>;
  readonly users: UserDelivery;
  readonly converters: Converters;
  readonly separator: Separator;
  /** Gives every message an id of its own. */
  readonly nextId: () => string;
  /** Whether one of many gets what is published under `/queue`. */
  readonly queues: boolean;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
}

/** In whose name something is published. */
export interface Behalf {
  /** What a client has sent and a handler answers; none: the server speaks for itself. */
  readonly inbound?: Inbound;
  /** The session that shall not hear it. */
  readonly excludes?: string | undefined;
  /** Whom a program speaks for. */
  readonly sender?: string | undefined;
}

const nobody: Behalf = Object.freeze({});

/** Sends what the server has to say. */
export class Publisher {
  /** Brings bodies to the own queues of users and sessions. */
  readonly users: UserDelivery;
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.users = parts.users;
  }

  /** A value as a body; see {@link Converters.write}. */
  convert(value: unknown, produces?: string): Converted {
    return this.#parts.converters.write(value, produces);
  }

  /**
   * Publishes a payload; done when the broker has it.
   *
   * @param behalf - in whose name
   */
  publish(
    destination: string,
    payload: unknown,
    options: SendOptions = {},
    behalf: Behalf = nobody,
  ): Soon<void> {
    this.#assertOne(destination);
    const converted = this.convert(payload, options.produces);
    return this.#hand(
      this.message(destination, converted, behalf, headerPairs(options.headers)),
      behalf.inbound?.sending,
    );
  }

  /** Publishes a payload for a program that asks what became of it; done when it is as safe as was asked. */
  async publishAsked(destination: string, payload: unknown, options: PublishOptions): Promise<Published> {
    this.#assertOne(destination);
    const sending = new OwnSending(destination, options);
    const converted = this.convert(payload, options.produces);
    const message = this.message(destination, converted, options, headerPairs(options.headers));
    if (options.onlyHere) this.#parts.broker.deliver(message);
    else await this.#hand(message, sending);
    return sending.done(destination);
  }

  /** Sends a payload to a queue of a user; with `session`, only to that one of the user's. */
  readonly sendToUser = (
    name: string,
    path: string,
    payload: unknown,
    options: SendOptions & { readonly session?: string } = {},
  ): Soon<void> => {
    const { body, contentType } = this.convert(payload, options.produces);
    const headers = headerPairs(options.headers);
    return this.users.toUser(name, path, { body, contentType, headers, only: options.session });
  };

  /** Publishes a body. */
  toTopic(destination: string, converted: Converted, behalf: Behalf): Soon<void> {
    this.#assertOne(destination);
    return this.#hand(this.message(destination, converted, behalf), behalf.inbound?.sending);
  }

  /** Brings a body to one session of this node. */
  toSession(session: Owner, path: string, converted: Converted, headers: readonly string[]): void {
    this.users.toSession(session.id, path, { ...converted, headers });
  }

  /** A body as a message that has not gone anywhere yet. */
  message(
    destination: string,
    { body, contentType }: Converted,
    { inbound, excludes, sender = inbound?.session.user?.name }: Behalf = nobody,
    headers: readonly string[] = none,
  ): Message {
    const id = this.#parts.nextId();
    return new Message({ destination, body, contentType, headers, excludes, sender, id });
  }

  #hand(message: Message, sending: Sending | undefined): Soon<void> {
    const { broker, queues, clock } = this.#parts;
    if (queues && isUnder(message.destination, queuePrefix))
      return broker.enqueue(message, termsOf(message.headers, clock()));
    return broker.publish(message, sending);
  }

  #assertOne(destination: string): void {
    assertDestination(destination, this.#parts.separator);
    if (isPattern(destination)) throw notOne(destination);
  }
}

const none: readonly string[] = Object.freeze([]);

/** The refusal of a pattern where one destination is meant. */
export function notOne(destination: string): StompwireError {
  return new StompwireError(
    'bad-destination',
    `'${printable(destination)}': a message goes to one destination, not to a pattern`,
  );
}

/**
 * The headers of an application's own, as pairs.
 *
 * @throws {TypeError} when one is what clients take for the server's
 */
export function headerPairs(headers: Readonly<Record<string, string>> | undefined): readonly string[] {
  if (headers === undefined) return none;
  for (const name of Object.keys(headers)) {
    if (reservedHeaders.has(name.trim().toLowerCase()))
      throw new TypeError(`header '${printable(name)}' is written by the server itself`);
  }
  return Object.entries(headers).flat();
}
