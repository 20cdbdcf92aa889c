// The clocks of a session: which deadline comes next, and what has run out.
import { StompwireError } from '../errors.ts';
import { tickMs } from '../time/wheel.ts';
import type { Peer } from '../transport/transport.ts';
import type { SessionOptions } from './services.ts';

/** What the clocks look at; all times in milliseconds on the wheel, 0: not running. */
export interface Watched {
  readonly services: { readonly options: SessionOptions; readonly clock: () => number };
  readonly peer: Pick<Peer, 'transport'>;
  readonly now: number;
  /** Whether the client has not said CONNECT yet. */
  readonly opening: boolean;
  readonly openedAt: number;
  /** Whose credentials may run out. */
  readonly user: { readonly expiresAt?: number } | undefined;
  /** When the last frame came, or was done with; kept only where `idleTimeout` is set. */
  readonly lastFrame: number;
  /** Whether a frame is being worked on: who waits for us is not idle. */
  readonly busy: boolean;
  readonly lastRead: number;
  /** Whether reading pauses: a client that is not heard is not silent. */
  readonly paused: boolean;
  readonly partialSince: number;
  readonly closedAt: number;
  readonly sendsEvery: number;
  readonly hearsEvery: number;
  readonly outbox: { readonly stuckSince: number; readonly lastWrite: number; beat(): void };
}

/** How often the calendar is looked at, in ms: it may be set, and does not stop while a machine sleeps. */
const calendarCheck = 60_000;

/** A heart-beat leaves this long before its interval ends, so that it arrives in time. */
function margin(interval: number): number {
  return Math.max(Math.min(interval / 4, 500), 2 * tickMs);
}

/** When something of this session runs out next, in the wheel's time; `undefined`: nothing can. */
export function nextDeadline(session: Watched): number | undefined {
  const { options } = session.services;
  if (session.closedAt !== 0) return session.closedAt + options.closeTimeout;
  let next = Number.POSITIVE_INFINITY;
  if (session.opening) next = at(next, session.openedAt, options.connectTimeout);
  if (session.partialSince !== 0) next = at(next, session.partialSince, options.frameTimeout);
  if (session.outbox.stuckSince !== 0) next = at(next, session.outbox.stuckSince, options.outboxTime);
  if (isIdle(session)) next = at(next, session.lastFrame, options.idleTimeout);
  if (session.user?.expiresAt !== undefined)
    next = Math.min(next, session.now + Math.min(left(session.user.expiresAt, session), calendarCheck));
  if (session.hearsEvery !== 0 && !session.paused) next = at(next, session.lastRead, silence(session));
  if (session.sendsEvery !== 0 && session.outbox.stuckSince === 0) next = Math.min(next, sendsAt(session));
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/**
 * Sends a heart-beat that is due.
 *
 * @returns what has run out: an error for the client, or `gone` when it had its time to leave
 */
export function overdue(session: Watched, now: number): StompwireError | 'gone' | undefined {
  const { options } = session.services;
  if (session.closedAt !== 0) return now - session.closedAt >= options.closeTimeout ? 'gone' : undefined;
  if (session.opening && ran(session.openedAt, options.connectTimeout, now)) {
    return new StompwireError(
      'connect-timeout',
      `no CONNECT frame within connectTimeout=${options.connectTimeout} ms`,
    );
  }
  if (session.partialSince !== 0 && ran(session.partialSince, options.frameTimeout, now)) {
    return new StompwireError(
      'frame-timeout',
      `a frame was not finished within frameTimeout=${options.frameTimeout} ms`,
    );
  }
  if (session.outbox.stuckSince !== 0 && ran(session.outbox.stuckSince, options.outboxTime, now)) {
    return new StompwireError('slow-client', `nothing was read for outboxTime=${options.outboxTime} ms`);
  }
  if (session.user?.expiresAt !== undefined && left(session.user.expiresAt, session) <= 0) {
    return new StompwireError('credentials-expired');
  }
  if (isIdle(session) && ran(session.lastFrame, options.idleTimeout, now)) {
    return new StompwireError(
      'idle-timeout',
      `no frame came but heart-beats for idleTimeout=${options.idleTimeout} ms`,
    );
  }
  if (session.hearsEvery !== 0 && !session.paused && now - session.lastRead >= silence(session)) {
    return new StompwireError(
      'heart-beat-timeout',
      `nothing came for ${silence(session)} ms; heart-beats were promised every ${session.hearsEvery} ms`,
    );
  }
  if (session.sendsEvery !== 0 && session.outbox.stuckSince === 0 && now >= sendsAt(session))
    session.outbox.beat();
  return undefined;
}

/** An event stream says nothing, by its nature. */
function isIdle({ lastFrame, busy, peer }: Watched): boolean {
  return lastFrame !== 0 && !busy && peer.transport !== 'http';
}

/** Credentials run out by the calendar, not by the wheel's clock. */
function left(expiresAt: number, { services }: Watched): number {
  return expiresAt - services.clock();
}

function silence(session: Watched): number {
  return session.hearsEvery * session.services.options.heartbeatGrace;
}

function sendsAt(session: Watched): number {
  return session.outbox.lastWrite + session.sendsEvery - margin(session.sendsEvery);
}

function at(next: number, since: number, limit: number): number {
  return limit === 0 ? next : Math.min(next, since + limit);
}

function ran(since: number, limit: number, now: number): boolean {
  return limit !== 0 && now - since >= limit;
}
