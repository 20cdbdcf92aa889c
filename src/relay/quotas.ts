// PORT: how nodes share out what a user may have over all of them; kept beside the members.
import type { Soon } from '../channel/channel.ts';

/** What a node may give to a user by itself. */
export interface QuotaShare {
  readonly count: number;
  /** The other nodes that have a share of this user's quota. */
  readonly others: readonly string[];
}

/**
 * Shares out the quota of each user to the nodes that have sessions of it. Guarantees:
 * - the shares of all nodes are together never more than the limit, but for those of a node that was away, or was
 *   taken for dead: it says anew what it has, for that is given out already;
 * - a node's own calls take effect in their order;
 * - a node without a session of the user has no share, and gets none: what it had is free.
 * Where the others cannot be reached the calls reject with `relay-unavailable`.
 * Memory: all of that happens before the call returns.
 */
export interface Quotas {
  /**
   * Asks for a share of `wanted` in all. Who is alone is given the whole limit; among others, what is wanted and half
   * of what is left then; where there is less, that.
   */
  claimShare(user: string, limit: number, wanted: number): Soon<QuotaShare>;
  /** Gives back what is more than `count`. */
  keepShare(user: string, count: number): Soon<void>;
}
