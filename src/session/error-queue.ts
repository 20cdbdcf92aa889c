// Telling a client what went wrong without ending its session: a MESSAGE on `/user/queue/errors`.
import { Buffer } from 'node:buffer';
import type { Frame } from '../../frames/index.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import type { StompwireError } from '../errors.ts';
import type { Peer } from '../transport/transport.ts';
import type { State } from './commands/command.ts';
import type { SessionServices } from './services.ts';
import { asStompwireError, levelOf, survives } from './told.ts';

/** Whom to tell. */
export interface Told {
  readonly id: string;
  readonly services: SessionServices;
}

/** Whose frame was refused. */
export interface RefusedSession extends Told {
  readonly state: State;
  readonly peer: Pick<Peer, 'transport'>;
  fail(error: StompwireError, frame?: Frame): void;
}

/** Tells that a frame was refused: with an ERROR, or on the error queue when the session lives on. */
export function tellRefusal(session: RefusedSession, raw: unknown, frame: Frame): void {
  const error = asStompwireError(raw);
  const { code, correlationId } = error;
  const { log, counters } = session.services;
  const fields = { session: session.id, command: frame.command, code, correlationId, err: raw };
  log[levelOf(error)](fields, error.message);
  if (error.answered) counters.refused(error);
  else if (survives(session, error)) tellOnErrorQueue(session, error, frame);
  else session.fail(error, frame);
}

/**
 * Sends `{code, message, destination, correlationId, retryAfter}` to the session's own error queue, with
 * `receipt-id` in place of the RECEIPT and `subscription-id` of a refused SUBSCRIBE. Who has not subscribed to it hears nothing.
 */
export function tellOnErrorQueue(session: Told, error: StompwireError, { command, headers }: Frame): void {
  tell(session, error, {
    destination: headers.get('destination'),
    receipt: headers.get('receipt'),
    id: command === 'SUBSCRIBE' ? headers.get('id') : undefined,
  });
}

/** Tells that a subscription which held has ended, with its `subscription-id`. */
export function tellOfSubscription(
  session: Told,
  error: StompwireError,
  subscription: SubscriptionView,
): void {
  tell(session, error, subscription);
}

/** What an error is about. */
interface Subject {
  readonly destination: string | undefined;
  readonly receipt?: string | undefined;
  /** Of a subscription. */
  readonly id: string | undefined;
}

function tell(session: Told, error: StompwireError, { destination, receipt, id }: Subject): void {
  const { router, counters } = session.services;
  const body = {
    code: error.code,
    message: error.message,
    ...(destination !== undefined && { destination }),
    ...(error.correlationId !== undefined && { correlationId: error.correlationId }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
  const headers: string[] = [];
  if (receipt !== undefined) headers.push('receipt-id', receipt);
  if (id !== undefined) headers.push('subscription-id', id);
  if (error.retryAfter !== undefined) headers.push('retry-after', String(error.retryAfter));
  counters.refused(error);
  router.publisher.users.toSession(session.id, '/queue/errors', {
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    headers,
  });
}
