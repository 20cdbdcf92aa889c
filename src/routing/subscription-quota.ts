// Holds the subscriptions of each user to a limit over all nodes: each node has a share of it, and asks for more.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { type Counter, noMetrics } from '../metrics/metrics.ts';
import type { NodeLine } from '../relay/node-line.ts';
import type { Quotas } from '../relay/quotas.ts';

/** Who is on this node, as far as quotas go. */
export interface QuotaUsers {
  /** How many subscriptions all sessions of a user have here. */
  subscriptionsOf(user: string): number;
  /** Whether one of them is here. */
  has(user: string): boolean;
}

/** What joins this node's quotas with those of the others. */
export interface QuotaSharing {
  readonly quotas: Quotas;
  readonly line: NodeLine;
  /** What this node is called among those that share. */
  readonly node: string;
  /** Counts the subscriptions that were taken while the others could not be asked. */
  readonly unasked: Counter;
}

const spare = 'spare-subscriptions';

/** For how long other nodes may think about what they can spare, in milliseconds: a client waits. */
const spareWithin = 1000;

/** For how long a node that did not answer is not asked again: it is missed soon, or goes on. */
const silence = 5000;

/** What one has may be gone again before another takes it; somebody else was quicker then. */
const tries = 3;

/**
 * The quota of subscriptions of each user who proved a name. Where the user is on one node alone, that node has the
 * whole quota from CONNECT on, and asks nobody. Among several, a node that needs more takes what is left, and then
 * what the others have and do not use. One that does not answer has no say: better a subscription too many than
 * a client of a dead node that cannot go on.
 */
export class SubscriptionQuota {
  readonly #limit: number;
  readonly #users: QuotaUsers;
  readonly #shares = new Map<string, number>();
  /** By node: until when it is not asked. */
  readonly #silent = new Map<string, number>();
  #sharing: QuotaSharing | undefined;
  #unasked: Counter = noMetrics.counter('', '');

  /** @param limit - how many subscriptions a user may have; 0: no limit */
  constructor(limit: number, users: QuotaUsers) {
    this.#limit = limit;
    this.#users = users;
  }

  /** Holds users to the limit over all nodes from now on. */
  share(sharing: QuotaSharing): void {
    if (this.#limit === 0) return;
    this.#sharing = sharing;
    this.#unasked = sharing.unasked;
    sharing.line.on(spare, ({ about: { user, of } }) =>
      (of as readonly string[]).includes(sharing.node) ? this.#giveBack(String(user)) : undefined,
    );
  }

  /** A first session of a user is here: takes a share before one is needed. */
  came(user: string): Soon<void> {
    const share = this.#sharing?.quotas.claimShare(user, this.#limit, 1);
    if (share instanceof Promise)
      return share.then(
        ({ count }) => this.#take(user, count),
        () => {}, // asked again when it is needed
      );
    if (share !== undefined) this.#take(user, share.count);
  }

  /** The last session of a user has left. */
  left(user: string): void {
    this.#shares.delete(user);
    const kept = this.#sharing?.quotas.keepShare(user, 0);
    if (kept instanceof Promise) kept.catch(() => {}); // made up for when the others are there again
  }

  /**
   * Makes sure that the user may have one subscription more: at once, or when other nodes have been asked. It has to be
   * made sure again after that, for another session of the user may have been quicker.
   *
   * @throws {StompwireError} `too-many-subscriptions`
   */
  assertRoom(user: string): Soon<void> {
    if (this.#limit === 0) return;
    const count = this.#users.subscriptionsOf(user);
    if (count >= this.#limit) throw this.#tooMany();
    if (this.#sharing !== undefined && count >= (this.#shares.get(user) ?? 0))
      return this.#ask(user, count + 1, this.#sharing);
  }

  async #ask(user: string, wanted: number, sharing: QuotaSharing): Promise<void> {
    try {
      if (await this.#claim(user, wanted, sharing)) return;
    } catch (error) {
      if (!(error instanceof StompwireError) || error.code !== 'relay-unavailable') throw error;
      this.#unasked.add();
      return this.#take(user, wanted);
    }
    throw this.#tooMany();
  }

  /** @returns whether there is room; an error of the relay: nobody can say */
  async #claim(user: string, wanted: number, sharing: QuotaSharing): Promise<boolean> {
    for (let tried = 0; tried < tries; tried++) {
      const { count, others } = await sharing.quotas.claimShare(user, this.#limit, wanted);
      this.#take(user, count);
      if (count >= wanted) return true;
      if ((await this.#askBack(user, others, sharing)) === 0) return false;
    }
    return false;
  }

  /** Asks other nodes to give back what they do not use. @returns how much that was */
  async #askBack(user: string, others: readonly string[], { line }: QuotaSharing): Promise<number> {
    const now = performance.now();
    for (const [node, until] of this.#silent) if (until <= now) this.#silent.delete(node);
    const of = others.filter((node) => !this.#silent.has(node));
    if (of.length === 0 && others.length > 0) throw silent(others);
    if (of.length === 0) return 0;
    try {
      const given = await line.ask(spare, { about: { user, of } }, of, spareWithin);
      return given.reduce<number>((sum, count) => sum + Number(count), 0);
    } catch (error) {
      for (const node of of) this.#silent.set(node, performance.now() + silence);
      throw error;
    }
  }

  async #giveBack(user: string): Promise<number> {
    const used = this.#users.subscriptionsOf(user);
    const spared = (this.#shares.get(user) ?? 0) - used;
    if (spared <= 0) return 0;
    this.#shares.set(user, used);
    await this.#sharing!.quotas.keepShare(user, used);
    return spared;
  }

  #take(user: string, count: number): void {
    if (this.#users.has(user)) this.#shares.set(user, count);
  }

  #tooMany(): StompwireError {
    return new StompwireError(
      'too-many-subscriptions',
      `a user may have maxSubscriptionsPerUser=${this.#limit} subscriptions`,
    );
  }
}

function silent(nodes: readonly string[]): StompwireError {
  return new StompwireError('relay-unavailable', `no answer from ${nodes.join(', ')}`);
}
