// All sessions of a server: opens them within the limits, and closes them in the end.
import { StompwireError } from '../errors.ts';
import type { Connection, Handshake } from '../transport/transport.ts';
import type { SessionServices } from './services.ts';
import { Session, type SessionEnd } from './session.ts';

/** How many sessions there may be; 0: no limit. */
export interface SessionsLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
}

/** The sessions of a server. */
export class Sessions implements SessionEnd {
  readonly #services: SessionServices;
  readonly #limits: SessionsLimits;
  readonly #prefix: string;
  readonly #open = new Set<Session>();
  readonly #perAddress = new Map<string, number>();
  #opened = 0;
  #empty: (() => void) | undefined;

  /** @param prefix - begins every session's id, different on every node */
  constructor(services: SessionServices, limits: SessionsLimits, prefix: string) {
    this.#services = services;
    this.#limits = limits;
    this.#prefix = prefix;
  }

  /** How many sessions are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Puts a session on a connection; one too many is told so and closed. */
  readonly accept = (connection: Connection, handshake: Handshake | undefined): Session => {
    const id = `${this.#prefix}-${(this.#opened++).toString(36)}`;
    const session = new Session(id, connection, handshake, this.#services, this);
    this.#open.add(session);
    const refusal = this.#refusal(connection.peer.address);
    if (refusal !== undefined) session.fail(refusal);
    return session;
  };

  ended(session: Session, address: string): void {
    this.#open.delete(session);
    this.#count(address, -1);
    if (this.#open.size === 0) this.#empty?.();
  }

  /**
   * Closes every session; what waits for its client is sent first.
   *
   * @param within - milliseconds after which those that are still there are cut off
   */
  async closeAll(code: number, reason: string, within: number): Promise<void> {
    if (this.#open.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    for (const session of this.#open) session.close(code, reason, within);
    const timer = setTimeout(() => this.#cutAll(), within);
    await empty;
    clearTimeout(timer);
  }

  #cutAll(): void {
    for (const session of this.#open) session.cut();
  }

  #refusal(address: string): StompwireError | undefined {
    const { maxSessions, maxSessionsPerAddress } = this.#limits;
    const here = this.#count(address, 1);
    if (maxSessions !== 0 && this.#open.size > maxSessions) {
      return new StompwireError(
        'too-many-sessions',
        `the server has maxSessions=${maxSessions} sessions; try again later`,
      );
    }
    if (maxSessionsPerAddress !== 0 && here > maxSessionsPerAddress) {
      return new StompwireError(
        'too-many-sessions',
        `an address may have maxSessionsPerAddress=${maxSessionsPerAddress} sessions`,
      );
    }
    return undefined;
  }

  /** Sessions are counted per address only where that is limited. */
  #count(address: string, change: 1 | -1): number {
    if (this.#limits.maxSessionsPerAddress === 0) return 0;
    const count = (this.#perAddress.get(address) ?? 0) + change;
    if (count > 0) this.#perAddress.set(address, count);
    else this.#perAddress.delete(address);
    return count;
  }
}
