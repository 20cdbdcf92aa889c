// Keeps one session up: opens it, and after a loss opens the next one, later each time it fails.
import { IDLE, type LinkPhase } from '../model/link-phase.ts';
import { waitBefore } from './backoff.ts';
import type { SessionEnd, SessionEvents, StompSession } from './stomp-session.ts';

/** A session that held this long was a good one: the next loss starts with a short wait again. */
export const STEADY_AFTER = 10_000;

/** What the keeper needs from the world; a test brings its own. */
export interface KeeperWorld {
  readonly open: (login: string, events: SessionEvents) => StompSession;
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back after some milliseconds; returns the way to call that off. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

export interface KeeperEvents {
  phase(link: LinkPhase): void;
  /** A session is up; the phase said so just before. */
  opened(session: StompSession): void;
  receipt(receiptId: string): void;
  refused(receiptId: string, message: string): void;
  /** The service said why it ended the session. */
  error(message: string): void;
}

// Trying the same again would be refused the same: 1002 protocol error, 1008 denied.
const FINAL_CODES: ReadonlySet<number> = new Set([1002, 1008]);

export class SessionKeeper {
  readonly #world: KeeperWorld;
  readonly #events: KeeperEvents;
  #login: string | undefined;
  #session: StompSession | undefined;
  #callOff: () => void = () => {};
  #attempt = 0;
  #openedAt: number | undefined;

  constructor(world: KeeperWorld, events: KeeperEvents) {
    this.#world = world;
    this.#events = events;
  }

  /** Starts keeping a session for this login. */
  start(login: string): void {
    this.stop();
    this.#login = login;
    this.#attempt = 0;
    this.#open();
  }

  /** Ends the session and keeps none; calling it again is harmless. */
  stop(): void {
    this.#callOff();
    this.#session?.close();
    this.#session = undefined;
    this.#login = undefined;
    this.#events.phase(IDLE);
  }

  /** Does not wait any longer; while connecting or online it does nothing. */
  retryNow(): void {
    if (this.#login === undefined || this.#session) return;
    this.#callOff();
    this.#open();
  }

  #open(): void {
    const login = this.#login;
    if (login === undefined) return;
    this.#openedAt = undefined;
    this.#events.phase({ phase: 'connecting', attempt: this.#attempt });
    const session = this.#world.open(login, {
      opened: (user) => {
        this.#openedAt = this.#world.now();
        this.#events.phase({ phase: 'online', user: user ?? login });
        this.#events.opened(session);
      },
      receipt: (receiptId) => this.#events.receipt(receiptId),
      refused: (receiptId, message) => this.#events.refused(receiptId, message),
      ended: (end) => this.#ended(end),
    });
    this.#session = session;
  }

  #ended({ code, error }: SessionEnd): void {
    this.#session = undefined;
    if (error !== undefined) this.#events.error(error);
    if (FINAL_CODES.has(code)) {
      this.#events.phase({ phase: 'stopped', reason: error ?? 'The service refused the connection.' });
      return;
    }
    const isSteady = this.#openedAt !== undefined && this.#world.now() - this.#openedAt >= STEADY_AFTER;
    this.#attempt = isSteady ? 1 : this.#attempt + 1;
    const wait = waitBefore(this.#attempt, this.#world.random);
    this.#callOff = this.#world.after(wait, () => this.#open());
    this.#events.phase({ phase: 'waiting', attempt: this.#attempt, until: this.#world.now() + wait });
  }
}
