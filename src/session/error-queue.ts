// Telling a client what went wrong without ending its session: a MESSAGE on `/user/queue/errors`.
import { Buffer } from 'node:buffer';
import type { Frame } from '../../frames/index.ts';
import type { StompwireError } from '../errors.ts';
import type { SessionServices } from './services.ts';

/** Whom to tell. */
export interface Told {
  readonly id: string;
  readonly services: SessionServices;
}

/**
 * Sends `{code, message, destination, correlationId, retryAfter}` to the session's own error queue, with
 * `receipt-id` in place of the RECEIPT and `subscription-id` of a refused SUBSCRIBE. Who has not subscribed to it hears nothing.
 */
export function tellOnErrorQueue(session: Told, error: StompwireError, frame: Frame): void {
  const { router, counters } = session.services;
  const destination = frame.headers.get('destination');
  const body = {
    code: error.code,
    message: error.message,
    ...(destination !== undefined && { destination }),
    ...(error.correlationId !== undefined && { correlationId: error.correlationId }),
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
  };
  const headers: string[] = [];
  const receipt = frame.headers.get('receipt');
  if (receipt !== undefined) headers.push('receipt-id', receipt);
  const id = frame.command === 'SUBSCRIBE' ? frame.headers.get('id') : undefined;
  if (id !== undefined) headers.push('subscription-id', id);
  if (error.retryAfter !== undefined) headers.push('retry-after', String(error.retryAfter));
  counters.refused(error);
  router.publisher.users.toSession(session.id, '/queue/errors', {
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    headers,
  });
}
