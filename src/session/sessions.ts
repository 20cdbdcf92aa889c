// All sessions of a server: opens them within the limits, and closes them in the end.
import type { User } from '../auth/authenticator.ts';
import { StompwireError } from '../errors.ts';
import type { Connection, Handshake } from '../transport/transport.ts';
import type { SessionServices } from './services.ts';
import { Session, type SessionEnd } from './session.ts';

/** How many sessions there may be; 0: no limit. */
export interface SessionsLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
}

/** How a server says goodbye; times in milliseconds. */
export interface DrainTerms {
  /** Who is still there after this time is cut off. */
  readonly within: number;
  /** How many sessions a second; 0: all at once. Half of the time is all that it takes. */
  readonly rate: number;
  /** Within how long clients are told to come back. */
  readonly retryAfter: number;
  /** A number from 0 up to 1. */
  readonly random?: () => number;
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

  /** Puts a session on a connection; one too many is told so and closed. @param user - who it is, where that is known */
  readonly accept = (connection: Connection, handshake: Handshake | undefined, user?: User): Session => {
    const id = `${this.#prefix}-${(this.#opened++).toString(36)}`;
    const session = new Session(id, connection, handshake, this.#services, this);
    session.user = user;
    this.#open.add(session);
    this.#services.counters.opened(connection.peer.transport);
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
   * Says goodbye to every session, at a pace: what was taken is answered and what waits is sent before. Each client is
   * told a moment of its own to come back at.
   */
  async drain({ within, rate, retryAfter, random = Math.random }: DrainTerms): Promise<void> {
    if (this.#open.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#empty = resolve;
    });
    const begin = performance.now();
    const retire = (session: Session): void => {
      const left = Math.max(0, within - (performance.now() - begin));
      session.retire(Math.round(retryAfter * random()), left);
    };
    const pace = paced([...this.#open], rate, within / 2, retire);
    // who still waits for an answer is told all the same, in time to hear it
    const hurry = setTimeout(() => this.#each((session) => session.depart()), within * 0.75);
    const cut = setTimeout(() => this.#each((session) => session.cut()), within);
    await empty;
    for (const timer of [pace, hurry, cut]) clearTimeout(timer);
  }

  #each(act: (session: Session) => void): void {
    for (const session of this.#open) act(session);
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

/** How often a paced drain goes on, in milliseconds. */
const step = 20;
/** So few are no storm: they are told together, and none of them goes on for those who have left. */
const few = 10;

/** Does something to all, so many a second, or more for that it takes no longer than `within`. */
function paced<One>(
  all: readonly One[],
  rate: number,
  within: number,
  act: (one: One) => void,
): NodeJS.Timeout {
  const perStep = rate === 0 ? all.length : (Math.max(rate, all.length / (within / 1000)) * step) / 1000;
  let due = Math.max(few, perStep);
  let done = 0;
  const timer = setInterval(next, step);
  function next(): void {
    while (done < all.length && done < due) act(all[done++]!);
    due += perStep;
    if (done === all.length) clearInterval(timer);
  }
  next();
  return timer;
}
