// Who is connected to this node: sessions by id, and those that proved a name by that name.
import type { Soon } from '../channel/channel.ts';
import type { SessionView } from '../channel/inbound.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import { type Counter, noMetrics } from '../metrics/metrics.ts';
import type { Members } from '../relay/members.ts';
import { SubscriptionQuota } from './subscription-quota.ts';

/** A session as the registry knows it. */
export interface Registered extends SessionView {
  /** What it is subscribed to now. */
  listed(): readonly SubscriptionView[];
  /** Ends a subscription; its client is told why. @returns whether it was there */
  withdraw(id: string, error: StompwireError): boolean;
  /** Tells its client what happened, and ends it. */
  fail(error: StompwireError): void;
}

/**
 * The sessions that are connected. Every lookup takes the same time, however many there are. A user's only
 * session stands for itself; guests have no entry but that of their session.
 */
export class UserRegistry {
  readonly #sessions = new Map<string, Registered>();
  readonly #users = new Map<string, Registered | Set<Registered>>();
  readonly #maxPerUser: number;
  /** Of the subscriptions that a user has in all sessions together. */
  readonly quota: SubscriptionQuota;
  #members: Members | undefined;
  #alone: Counter = noMetrics.counter('', '');

  /**
   * @param maxPerUser - how many sessions a user may have; 0: no limit
   * @param maxSubscriptions - how many subscriptions in all of them; 0: no limit
   */
  constructor(maxPerUser = 0, maxSubscriptions = 0) {
    this.#maxPerUser = maxPerUser;
    this.quota = new SubscriptionQuota(maxSubscriptions, this);
  }

  /**
   * Shares with the other nodes who is here, and holds users to the limit over all of them.
   *
   * @param alone - counts the sessions that were let in while the others could not be asked
   */
  share(members: Members, alone: Counter): void {
    this.#members = members;
    this.#alone = alone;
  }

  /** How many sessions are connected. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** How many users who proved their names are connected. */
  get userCount(): number {
    return this.#users.size;
  }

  /**
   * Takes a session in. It is found here at once, and by other nodes when this is done. While they cannot be asked,
   * the limit holds for this node alone: it is a guard against abuse, and no reason to send everybody away.
   *
   * @throws {StompwireError} `too-many-sessions`
   */
  add(session: Registered): Soon<void> {
    const { user } = session;
    if (!user?.authenticated) {
      this.#sessions.set(session.id, session);
      return;
    }
    this.#join(user.name, session);
    this.#sessions.set(session.id, session);
    const letIn = this.#members?.join(user.name, session.id, this.#maxPerUser) ?? true;
    // with the same call, so that CONNECT waits once
    const quota = this.#users.get(user.name) === session ? this.quota.came(user.name) : undefined;
    if (!(letIn instanceof Promise)) return this.#decided(session, letIn) ?? quota;
    const decided = letIn.then(
      (late) => this.#decided(session, late),
      (error: unknown) => this.#unasked(error),
    );
    return quota === undefined ? decided : decided.then(() => quota);
  }

  /** Forgets a session; harmless when it is not there. */
  remove(session: Registered): void {
    if (!this.#sessions.delete(session.id) || !session.user?.authenticated) return;
    const { name } = session.user;
    const left = this.#members?.leave(name, session.id);
    if (left instanceof Promise) left.catch(() => {}); // made up for when the others are there again
    const known = this.#users.get(name);
    if (known instanceof Set && known.delete(session) && known.size > 0) return;
    this.#users.delete(name);
    this.quota.left(name);
  }

  /** Whether a user who proved that name is connected. */
  has(name: string): boolean {
    return this.#users.has(name);
  }

  session(id: string): Registered | undefined {
    return this.#sessions.get(id);
  }

  /** The sessions that proved to be of this user. */
  sessionsOf(name: string): Iterable<Registered> {
    const known = this.#users.get(name);
    if (known === undefined) return [];
    return known instanceof Set ? known : [known];
  }

  /** How many subscriptions those have. */
  subscriptionsOf(name: string): number {
    let count = 0;
    for (const session of this.sessionsOf(name)) count += session.listed().length;
    return count;
  }

  /** Every session, guests' included. */
  sessions(): Iterable<Registered> {
    return this.#sessions.values();
  }

  /** The names that are proven. */
  names(): Iterable<string> {
    return this.#users.keys();
  }

  #join(name: string, session: Registered): void {
    const known = this.#users.get(name);
    this.#assertRoom(known === undefined ? 0 : known instanceof Set ? known.size : 1);
    if (known === undefined) this.#users.set(name, session);
    else if (known instanceof Set) known.add(session);
    else this.#users.set(name, new Set([known, session]));
  }

  #decided(session: Registered, letIn: boolean): undefined {
    if (letIn) return;
    this.remove(session);
    throw this.#tooMany();
  }

  #unasked(error: unknown): void {
    if (!(error instanceof StompwireError) || error.code !== 'relay-unavailable') throw error;
    this.#alone.add();
  }

  #assertRoom(count: number): void {
    if (this.#maxPerUser === 0 || count < this.#maxPerUser) return;
    throw this.#tooMany();
  }

  #tooMany(): StompwireError {
    return new StompwireError(
      'too-many-sessions',
      `a user may have maxSessionsPerUser=${this.#maxPerUser} sessions; close another one first`,
    );
  }
}
