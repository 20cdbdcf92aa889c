// Delivers to the queues of users and sessions: by name through the relay, to a session of this node at once.
import type { Broker } from '../broker/broker.ts';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { Message } from '../message/message.ts';
import type { FarUsers } from './far-users.ts';
import {
  type Owner,
  ownAddress,
  queuePrefix,
  type UserDelivery,
  type UserMessage,
  userAddress,
} from './user-destinations.ts';
import type { UserRegistry } from './user-registry.ts';

/** What own queues look like to clients. */
export interface OwnQueueOptions {
  readonly userPrefix: string;
  readonly separator: Separator;
}

/** The own queues of a node's sessions, over the broker. */
export class OwnQueues implements UserDelivery {
  readonly #broker: Broker;
  readonly #registry: UserRegistry;
  readonly #options: OwnQueueOptions;
  readonly #nextId: () => string;
  readonly #far: () => FarUsers | undefined;

  /** @param far - brings to the sessions of other nodes; `undefined`: there are none */
  constructor(
    broker: Broker,
    registry: UserRegistry,
    options: OwnQueueOptions,
    nextId: () => string,
    far: () => FarUsers | undefined = () => undefined,
  ) {
    this.#broker = broker;
    this.#registry = registry;
    this.#options = options;
    this.#nextId = nextId;
    this.#far = far;
  }

  /**
   * With `only`, a session that has not proven its name is reached too, when it goes by this one. Of a session of
   * another node it is not known here whether it has: one way or the other reaches it.
   */
  toUser(name: string, path: string, message: UserMessage): Soon<void> {
    const target = message.only === undefined ? undefined : this.#registry.session(message.only);
    if (target?.user?.authenticated === false) {
      if (target.user.name === name) this.toSession(target.id, path, message);
      return;
    }
    this.#assertQueue(path);
    const done = this.#broker.publish(this.#made(userAddress(name, path), path, message, message.only));
    if (message.only === undefined || target !== undefined) return done;
    const far = this.#far()?.send(message.only, path, message, name);
    return far instanceof Promise ? Promise.all([done, far]).then(() => {}) : done;
  }

  toSession(sessionId: string, path: string, message: UserMessage): void {
    const session = this.#registry.session(sessionId);
    if (session === undefined) return;
    this.#assertQueue(path);
    this.#broker.deliver(this.#made(ownAddress(session, path), path, message, sessionId));
  }

  toOwner(session: Owner, path: string, message: UserMessage): Soon<void> {
    if (session.user?.authenticated) return this.toUser(session.user.name, path, message);
    return this.toSession(session.id, path, message);
  }

  #made(address: string, path: string, given: UserMessage, only: string | undefined): Message {
    const { body, contentType, headers, excludes } = given;
    const destination = `${this.#options.userPrefix}${path}`;
    return new Message({
      destination,
      address,
      body,
      contentType,
      headers,
      excludes,
      only,
      id: this.#nextId(),
    });
  }

  #assertQueue(path: string): void {
    assertDestination(path, this.#options.separator);
    if (isUnder(path, queuePrefix) && !isPattern(path)) return;
    throw new StompwireError(
      'bad-destination',
      `'${printable(path)}' is no queue of a user: it begins with ${queuePrefix}/, without wildcards`,
    );
  }
}
