// Who is connected, for a program to ask, to write to, and to send away.
import type { User } from '../auth/authenticator.ts';
import type { Soon } from '../channel/channel.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import { StompError } from '../errors.ts';
import type { SendOptions } from './context.ts';
import { headerPairs, type Publisher } from './publisher.ts';
import type { Registered, UserRegistry } from './user-registry.ts';

/** A session that is connected to this node. */
export interface ConnectedSession extends SessionView {
  readonly user: User;
  /** What it is subscribed to at the moment of asking. */
  readonly subscriptions: readonly SubscriptionView[];
}

/** A user who proved the name and is connected to this node. */
export interface ConnectedUser {
  readonly name: string;
  readonly sessions: readonly ConnectedSession[];
}

/**
 * The users of a server. Lookups, and what ends sessions, concern this node; what is sent to a user reaches every
 * node. Only proven names count as users: whoever merely says a name is found by session alone, so that nobody
 * hears what is for somebody else. Source: Spring's `SimpUserRegistry` and `SimpMessagingTemplate`.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * await server.start();
 * await server.users.sendToUser('kim', '/queue/news', { headline: 'nobody hears it yet' });
 * for (const { name, sessions } of server.users) console.log(name, sessions.length);
 * server.users.disconnectUser('kim', 'your account was closed');
 * await server.close();
 * ```
 */
export class Users implements Iterable<ConnectedUser> {
  readonly #registry: UserRegistry;
  readonly #publisher: () => Publisher;

  /** @param publisher - sends what the server has to say; throws before there is one */
  constructor(registry: UserRegistry, publisher: () => Publisher) {
    this.#registry = registry;
    this.#publisher = publisher;
  }

  /** How many users are connected, guests not counted. */
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

  /** Sends to a queue of one session of this node; it has it before the call returns. */
  sendToSession(id: string, path: string, payload: unknown, options: SendOptions = {}): void {
    const publisher = this.#publisher();
    const headers = headerPairs(options.headers);
    publisher.users.toSession(id, path, { ...publisher.convert(payload, options.produces), headers });
  }

  /**
   * Ends every session of a user with an ERROR that gives the reason (code `ended-by-application`), then 1008.
   *
   * @returns how many there were
   */
  disconnectUser(name: string, reason: string): number {
    const sessions = [...this.#registry.sessionsOf(name)];
    for (const session of sessions) end(session, reason);
    return sessions.length;
  }

  /** Ends one session in the same way. @returns whether it was there */
  disconnectSession(id: string, reason: string): boolean {
    const session = this.#registry.session(id);
    if (session !== undefined) end(session, reason);
    return session !== undefined;
  }

  #userOf(name: string): ConnectedUser {
    const sessions = Array.from(this.#registry.sessionsOf(name), (session) => new Connected(session));
    return { name, sessions };
  }
}

function end(session: Registered, reason: string): void {
  session.fail(new StompError(reason));
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
}
