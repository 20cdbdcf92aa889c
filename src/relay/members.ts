// PORT: which users are connected where, over all nodes; some relays keep it.
import type { Soon } from '../channel/channel.ts';

/** A session of a user, and the node that it is connected to. */
export interface Member {
  readonly session: string;
  readonly node: string;
}

/** Hears who came with a first session, and whose last one went, wherever that was. */
export type PresenceListener = (user: string, online: boolean) => void;

/**
 * Keeps the sessions of users who proved their names. Guarantees:
 * - atomic: however many nodes join sessions of one user at once, no more than `limit` are let in;
 * - a node's own calls take effect in their order, and what is asked afterwards knows of them;
 * - a node that died is forgotten within the bound of the implementation, its users with it;
 * - a node that was away, or was taken for dead, joins its sessions again by itself, past every limit: they are there;
 * - changes are told in their order and once, to each node that watches. What changes while a node is away from
 *   the others is not told to it.
 * Where the others cannot be reached the calls reject with `relay-unavailable`. A `join` that rejects so holds on
 * this node, and is made up for later.
 * Memory: all of that happens before the call returns.
 */
export interface Members {
  /** What this node is called among the others. */
  readonly node: string;
  /** @param limit - how many sessions the user may have; 0: no limit. @returns whether it was let in */
  join(user: string, session: string, limit: number): Soon<boolean>;
  /** Harmless when it is not there. */
  leave(user: string, session: string): Soon<void>;
  sessionsOf(user: string): Soon<readonly Member[]>;
  /** The nodes that are alive, this one included. */
  nodes(): Soon<readonly string[]>;
  /** Tells changes from when it is done. */
  watch(listener: PresenceListener): Soon<void>;
}

/** Who is connected, whatever it is connected to. */
export interface Presence {
  /** How many users there are. */
  count(): Soon<number>;
  /**
   * A page of the users' names, in the order of their UTF-8 bytes.
   *
   * @param after - the last name of the page before; `''`: the first page
   */
  page(after: string, limit: number): Soon<readonly string[]>;
}
