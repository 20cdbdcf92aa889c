// Which users are connected where, in the memory of one process.
import { Buffer } from 'node:buffer';
import type { Member, Members, Presence, PresenceListener } from './members.ts';
import type { QuotaShare, Quotas } from './quotas.ts';

/** What the nodes of one process share. */
export class MemberSpace {
  /** By user: session to node. */
  readonly users = new Map<string, Map<string, string>>();
  /** By user: node to its share of the user's quota. */
  readonly shares = new Map<string, Map<string, number>>();
  readonly nodes = new Set<string>();
  readonly listeners = new Set<PresenceListener>();

  tell(user: string, online: boolean): void {
    for (const listener of this.listeners) listener(user, online);
  }
}

/** The readable reference of the ports. */
export class MemoryMembers implements Members, Presence, Quotas {
  readonly node: string;
  readonly #space: MemberSpace;
  readonly #listeners: PresenceListener[] = [];

  /** @param space - shared by the nodes that shall know each other */
  constructor(node = '', space = new MemberSpace()) {
    this.node = node;
    this.#space = space;
    space.nodes.add(node);
  }

  join(user: string, session: string, limit: number): boolean {
    const known = this.#space.users.get(user);
    if (known === undefined) {
      this.#space.users.set(user, new Map([[session, this.node]]));
      this.#space.tell(user, true);
      return true;
    }
    if (limit !== 0 && known.size >= limit) return false;
    known.set(session, this.node);
    return true;
  }

  leave(user: string, session: string): void {
    const known = this.#space.users.get(user);
    if (known?.get(session) !== this.node) return;
    known.delete(session);
    if (!this.#has(user)) this.keepShare(user, 0);
    if (known.size > 0) return;
    this.#space.users.delete(user);
    this.#space.tell(user, false);
  }

  sessionsOf(user: string): readonly Member[] {
    return Array.from(this.#space.users.get(user) ?? [], ([session, node]) => ({ session, node }));
  }

  nodes(): readonly string[] {
    return [...this.#space.nodes];
  }

  watch(listener: PresenceListener): void {
    this.#space.listeners.add(listener);
    this.#listeners.push(listener);
  }

  claimShare(user: string, limit: number, wanted: number): QuotaShare {
    if (!this.#has(user)) return { count: 0, others: [] };
    const shares = this.#space.shares.get(user) ?? new Map<string, number>();
    this.#space.shares.set(user, shares);
    const own = shares.get(this.node) ?? 0;
    const others = [...shares.keys()].filter((node) => node !== this.node);
    const room = [...shares.values()].reduce((left, share) => left - share, limit);
    const count = own + sharedOut(room, Math.max(0, wanted - own), others.length === 0);
    if (count > 0) shares.set(this.node, count);
    return { count, others };
  }

  keepShare(user: string, count: number): void {
    const shares = this.#space.shares.get(user);
    if (count > 0 && this.#has(user)) shares?.set(this.node, count);
    else shares?.delete(this.node);
    if (shares?.size === 0) this.#space.shares.delete(user);
  }

  count(): number {
    return this.#space.users.size;
  }

  page(after: string, limit: number): readonly string[] {
    const begin = Buffer.from(after);
    return [...this.#space.users.keys()]
      .map((name) => Buffer.from(name))
      .filter((name) => Buffer.compare(name, begin) > 0)
      .sort(Buffer.compare)
      .slice(0, limit)
      .map(String);
  }

  /** Takes this node out, with all its sessions. Twice is harmless. */
  close(): void {
    for (const listener of this.#listeners.splice(0)) this.#space.listeners.delete(listener);
    if (!this.#space.nodes.delete(this.node)) return;
    for (const [user, sessions] of this.#space.users)
      for (const session of [...sessions.keys()]) this.leave(user, session);
  }

  #has(user: string): boolean {
    return [...(this.#space.users.get(user)?.values() ?? [])].includes(this.node);
  }
}

/** What of the room a node is given more. */
function sharedOut(room: number, more: number, alone: boolean): number {
  if (room <= 0) return 0;
  if (alone || room <= more) return room;
  return more + Math.floor((room - more) / 2);
}
