// What a client is told that has to go: why, and when to come back.
import type { Buffer } from 'node:buffer';
import type { Frame, Version } from '../../frames/index.ts';
import { StompwireError } from '../errors.ts';
import type { Connection, Peer } from '../transport/transport.ts';
import type { Ending } from './events.ts';
import { errorFrame } from './server-frames.ts';
import type { SessionServices } from './services.ts';

/** The end of a session that its server has chosen. */
export interface Goodbye extends Ending {
  /** For how many milliseconds the client may take what waits for it. */
  readonly patience: number;
  /** For clients that see no close code. */
  readonly lastWord: Buffer | undefined;
}

/** To whom it is said. */
export interface Departing {
  readonly peer: Peer;
  readonly opening: boolean;
  readonly version: Version;
}

/** Who is refused. */
export interface Refused extends Departing {
  readonly services: { readonly options: { readonly outboxTime: number } };
}

/**
 * A goodbye. Where a close code is seen, that is all: to a page an ERROR would be a failure that it shows, and this is
 * none. Over TCP, and in an event stream, there is only the ERROR.
 *
 * @param retryAfter - milliseconds after which this client may come back
 */
export function goodbyeTo(
  { peer, opening, version }: Departing,
  retryAfter: number,
  patience: number,
): Goodbye {
  const error = new StompwireError('going-away', undefined, { retryAfter });
  const code = error.rule.close!;
  const reason = `${error.message}; retry-after=${retryAfter}`;
  if (peer.transport !== 'tcp' && peer.transport !== 'http')
    return { code, reason, patience, lastWord: undefined };
  const lastWord = errorFrame(error, opening ? undefined : version, undefined);
  return { code, reason, patience, lastWord, error: error.code };
}

/** Writes down that a client is refused, before it is told. */
export function noteRefusal(
  { id, services }: { readonly id: string; readonly services: Pick<SessionServices, 'counters' | 'log'> },
  connection: Pick<Connection, 'refused'>,
  error: StompwireError,
): void {
  services.counters.refused(error);
  services.log.info({ session: id, code: error.code, reason: error.message }, 'session refused');
  connection.refused?.(error);
}

/** What a client is told that is refused: an ERROR, and a close that says the same. */
export function refusalOf(session: Refused, error: StompwireError, frame: Frame | undefined): Goodbye {
  const { opening, version, services } = session;
  const code = error.rule.close ?? 1011;
  const patience = error.code === 'slow-client' ? 0 : services.options.outboxTime;
  const lastWord = errorFrame(error, opening ? undefined : version, frame?.headers.get('receipt'));
  return { code, reason: error.message, error: error.code, patience, lastWord };
}
