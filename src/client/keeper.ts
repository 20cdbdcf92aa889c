// Keeps one session up: opens it, and after a loss opens the next one, later each time it fails.
import type { StompHeaders } from '@stomp/stompjs';
import { type Backoff, waitBefore } from './backoff.ts';
import type { ClientError } from './client-error.ts';
import type { Phase } from './phase.ts';
import type { SessionEnd, SessionEvents, StompSession } from './session.ts';
import type { World } from './world.ts';

/** A session that held this long was a good one: the next loss starts with a short wait again. */
export const steadyAfter = 10_000;

export interface KeeperEvents {
  phase(phase: Phase): void;
  /** A session is up; the phase says so just after. */
  opened(session: StompSession, headers: StompHeaders): void;
  receipt(headers: StompHeaders): void;
  refused(receiptId: string, error: ClientError): void;
  /** A session ended by itself, or an attempt failed; the phase says so just after. */
  ended(end: SessionEnd): void;
}

// Trying the same again would be refused the same: 1002 protocol error, 1008 denied.
const finalCodes: ReadonlySet<number> = new Set([1002, 1008]);

export class SessionKeeper {
  readonly #world: Pick<World, 'now' | 'random' | 'after'>;
  readonly #open: (events: SessionEvents) => StompSession;
  readonly #backoff: Backoff;
  readonly #events: KeeperEvents;
  #session: StompSession | undefined;
  #callOff: () => void = () => {};
  #isKept = false;
  #isRefused = false;
  #attempt = 0;
  #openedAt: number | undefined;

  constructor(
    world: Pick<World, 'now' | 'random' | 'after'>,
    open: (events: SessionEvents) => StompSession,
    backoff: Backoff,
    events: KeeperEvents,
  ) {
    this.#world = world;
    this.#open = open;
    this.#backoff = backoff;
    this.#events = events;
  }

  /** Starts keeping a session, also after a final refusal; while one is kept it does nothing. */
  start(): void {
    if (this.#isKept && !this.#isRefused) return;
    this.#isKept = true;
    this.#attempt = 0;
    this.#connect();
  }

  /** Ends the session and keeps none; calling it again is harmless. */
  async stop(): Promise<void> {
    this.#callOff();
    this.#isKept = false;
    const session = this.#session;
    this.#session = undefined;
    this.#events.phase({ phase: 'idle' });
    await session?.close();
  }

  /** Does not wait any longer; while connecting or online, or when none is kept, it does nothing. */
  retryNow(): void {
    if (!this.#isKept || this.#session) return;
    this.#callOff();
    this.#connect();
  }

  /** The network is known to be gone: the session is over now, and not when its heart-beats stay away. */
  lose(): void {
    const session = this.#session;
    if (!session) return;
    void session.close();
    this.#ended({ code: 1006, error: undefined });
  }

  #connect(): void {
    this.#openedAt = undefined;
    this.#isRefused = false;
    this.#events.phase({ phase: 'connecting', attempt: this.#attempt });
    const session = this.#open({
      opened: (headers) => {
        this.#openedAt = this.#world.now();
        this.#events.opened(session, headers);
        this.#events.phase({ phase: 'online', user: headers['user-name'] });
      },
      receipt: (headers) => this.#events.receipt(headers),
      refused: (receiptId, error) => this.#events.refused(receiptId, error),
      ended: (end) => this.#ended(end),
    });
    this.#session = session;
  }

  #ended(end: SessionEnd): void {
    this.#session = undefined;
    this.#events.ended(end);
    if (!this.#isKept || this.#session !== undefined) return; // who was told has stopped it, or started anew
    if (finalCodes.has(end.code)) {
      this.#isRefused = true;
      const reason = end.error?.message ?? 'The server refused the connection.';
      this.#events.phase({ phase: 'stopped', reason });
      return;
    }
    this.#waitAfter(end);
  }

  #waitAfter({ error, comeBack }: SessionEnd): void {
    const isSteady = this.#openedAt !== undefined && this.#world.now() - this.#openedAt >= steadyAfter;
    this.#attempt = isSteady ? 1 : this.#attempt + 1;
    // a goodbye has its jitter already
    const wait = comeBack ?? waitBefore(this.#attempt, this.#world.random, this.#backoff, error?.retryAfter);
    this.#callOff = this.#world.after(wait, () => this.#connect());
    this.#events.phase({ phase: 'waiting', attempt: this.#attempt, until: this.#world.now() + wait });
  }
}
