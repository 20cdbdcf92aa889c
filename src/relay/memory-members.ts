// Which users are connected where, in the memory of one process.
import { Buffer } from 'node:buffer';
import type { Member, Members, Presence, PresenceListener } from './members.ts';

/** What the nodes of one process share. */
export class MemberSpace {
  /** By user: session to node. */
  readonly users = new Map<string, Map<string, string>>();
  readonly nodes = new Set<string>();
  readonly listeners = new Set<PresenceListener>();

  tell(user: string, online: boolean): void {
    for (const listener of this.listeners) listener(user, online);
  }
}

/** The readable reference of the port. */
export class MemoryMembers implements Members, Presence {
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
}
