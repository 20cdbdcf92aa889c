// Who is connected, for a program to ask, to write to, and to send away.
import type { User } from '../auth/authenticator.ts';
import type { Soon } from '../channel/channel.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import type { StompwireError } from '../errors.ts';
import type { Member } from '../relay/members.ts';
import type { SendOptions } from './context.ts';
import { endSessions, type FarUsers } from './far-users.ts';
import { headerPairs, type Publisher } from './publisher.ts';
import type { Registered, UserRegistry } from './user-registry.ts';

/** A session that is connected to this node. */
export interface ConnectedSession extends SessionView {
  readonly user: User;
  /** What it is subscribed to at the moment of asking. */
  readonly subscriptions: readonly SubscriptionView[];
  /**
   * Ends a subscription; nothing reaches it afterwards. Its client is told why on its error queue.
   *
   * @param id - of the subscription
   * @returns whether it was there
   */
  unsubscribe(id: string, why: StompwireError): boolean;
}

/** A user who proved the name and is connected to this node. */
export interface ConnectedUser {
  readonly name: string;
  readonly sessions: readonly ConnectedSession[];
}

/**
 * The users of a server. What is sent to a user or a session, and what ends sessions, reaches every node. Lookups
 * without a promise concern this node; those with one concern all nodes. Only proven names count as users: whoever merely
 * says a name is found by session alone, so that nobody hears what is for somebody else. Source: Spring's `SimpUserRegistry` and `SimpMessagingTemplate`.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * await server.start();
 * await server.users.sendToUser('kim', '/queue/news', { headline: 'nobody hears it yet' });
 * for (const { name, sessions } of server.users) console.log(name, sessions.length);
 * await server.users.disconnectUser('kim', 'your account was closed');
 * await server.close();
 * ```
 */
export class Users implements Iterable<ConnectedUser> {
  readonly #registry: UserRegistry;
  readonly #publisher: () => Publisher;
  readonly #far: () => FarUsers | undefined;

  /**
   * @param publisher - sends what the server has to say; throws before there is one
   * @param far - the users of the other nodes; `undefined`: there are none
   */
  constructor(
    registry: UserRegistry,
    publisher: () => Publisher,
    far: () => FarUsers | undefined = () => undefined,
  ) {
    this.#registry = registry;
    this.#publisher = publisher;
    this.#far = far;
  }

  /**
   * How many users are connected to all nodes, guests not counted.
   *
   * @throws {StompwireError} `relay-unavailable`, as the other methods do that ask other nodes
   */
  async count(): Promise<number> {
    return (await this.#far()?.members.count()) ?? this.size;
  }

  /**
   * A page of the names of the users who are connected to any node, in the order of their UTF-8 bytes.
   *
   * @param after - the last name of the page before; `''`: the first page
   * @param limit - how many at most
   */
  async names(after = '', limit = 100): Promise<readonly string[]> {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`limit ${limit}: give a whole number from 1`);
    return (await this.#far()?.members.page(after, limit)) ?? [];
  }

  /** The sessions of a user on all nodes: their ids, and the names of the nodes. */
  async sessionsOf(name: string): Promise<readonly Member[]> {
    return (await this.#far()?.members.sessionsOf(name)) ?? [];
  }

  /** Whether a user is connected to any node. */
  async isConnected(name: string): Promise<boolean> {
    return (await this.sessionsOf(name)).length > 0;
  }

  /**
   * Tells who comes with a first session, and whose last one goes, on whichever node: each change once. Not told is
   * what changes while this node is away from the others. A listener must not throw.
   *
   * @returns what ends it, once every later change is told
   * @throws {Error} before `start`
   */
  watch(listener: (name: string, connected: boolean) => void): Promise<() => void> {
    const far = this.#far();
    if (far === undefined) throw new Error('watch() before start(): nobody can be connected yet');
    return far.watch(listener);
  }

  /** How many users are connected to this node, guests not counted. */
  get size(): number {
    return this.#registry.userCount;
  }

  /** Every session, guests' included. */
  *sessions(): Generator<ConnectedSession> {
    for (const session of this.#registry.sessions()) yield new Connected(session);
  }

  *[Symbol.iterator](): Generator<ConnectedUser> {
    for (const name of this.#registry.names()) yield this.#userOf(name);
  }

  /** A user by name, or `undefined` when none of its sessions is here. */
  find(name: string): ConnectedUser | undefined {
    const user = this.#userOf(name);
    return user.sessions.length === 0 ? undefined : user;
  }

  /** A session by id, a guest's too. */
  session(id: string): ConnectedSession | undefined {
    const session = this.#registry.session(id);
    return session && new Connected(session);
  }

  /**
   * Sends to the queue of a user, who hears it as `/user/queue/...`; done when the relay has it. A user who is not
   * there, or has not subscribed, hears nothing.
   *
   * @param path - such as `/queue/orders`
   * @param options - `session`: only that one of the user's sessions. It reaches a guest of that name, too
   * @throws {StompwireError} `bad-destination`, `relay-unavailable`
   * @throws {Error} before `start`
   */
  sendToUser(
    name: string,
    path: string,
    payload: unknown,
    options: SendOptions & { readonly session?: string } = {},
  ): Soon<void> {
    return this.#publisher().sendToUser(name, path, payload, options);
  }

  /**
   * Sends to a queue of one session. One of this node has it before the call returns; for one of another node, it is
   * done when the relay has it.
   */
  sendToSession(id: string, path: string, payload: unknown, options: SendOptions = {}): Soon<void> {
    const publisher = this.#publisher();
    const message = {
      ...publisher.convert(payload, options.produces),
      headers: headerPairs(options.headers),
    };
    if (this.#registry.session(id) === undefined) return this.#far()?.send(id, path, message);
    publisher.users.toSession(id, path, message);
  }

  /**
   * Ends every session of a user, on every node, with an ERROR that gives the reason (code `ended-by-application`),
   * then 1008. Those of this node have been told before it returns.
   *
   * @returns how many there were, once they are gone; those that do not go are cut off in a while by themselves
   * @throws {StompwireError} `relay-unavailable`: not every node has answered
   */
  disconnectUser(name: string, reason: string): Promise<number> {
    const here = endSessions([...this.#registry.sessionsOf(name)], reason);
    const far = this.#far()?.endUser(name, reason) ?? Promise.resolve(0);
    return ignorable(Promise.all([here, far]).then(([some, others]) => some + others));
  }

  /** Ends one session in the same way, a guest's too. @returns whether it was there, once it is gone */
  disconnectSession(id: string, reason: string): Promise<boolean> {
    const session = this.#registry.session(id);
    if (session !== undefined) return endSessions([session], reason).then(() => true);
    return ignorable(this.#far()?.endSession(id, reason) ?? Promise.resolve(false));
  }

  #userOf(name: string): ConnectedUser {
    const sessions = Array.from(this.#registry.sessionsOf(name), (session) => new Connected(session));
    return { name, sessions };
  }
}

/** Who does not wait for it does not have to fear that it fails. */
function ignorable<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

/** A session as a program sees it: no more than it may use. */
class Connected implements ConnectedSession {
  readonly #session: Registered;

  constructor(session: Registered) {
    this.#session = session;
  }

  get id(): string {
    return this.#session.id;
  }

  get user(): User {
    return this.#session.user!;
  }

  get peer(): SessionView['peer'] {
    return this.#session.peer;
  }

  get attributes(): Map<string, unknown> {
    return this.#session.attributes;
  }

  get now(): number {
    return this.#session.now;
  }

  get ended(): AbortSignal {
    return this.#session.ended;
  }

  get subscriptions(): readonly SubscriptionView[] {
    return this.#session.listed();
  }

  unsubscribe(id: string, why: StompwireError): boolean {
    return this.#session.withdraw(id, why);
  }
}
