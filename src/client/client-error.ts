// Why a SEND failed, a subscription was refused or a session ended: the server's reason, or the client's own.
import type { IFrame } from '@stomp/stompjs';

/** What a {@link ClientError} carries beside its code and its message. */
export interface ClientErrorParts {
  /** After how many milliseconds trying again can help, when the server says. */
  readonly retryAfter?: number | undefined;
  /** The message left this client and nothing was heard of it. */
  readonly mayHaveArrived?: boolean;
}

/**
 * What went wrong. `code` is one of the server's error codes, or one of the client's own: `queue-full` (as many
 * messages wait as may wait), `expired` (no RECEIPT came within the age that is allowed), `unconfirmed` (the
 * connection ended before a RECEIPT, and the server knows no idempotency keys), `closed` (`deactivate` was
 * called), `error` (an ERROR without a code).
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** The server's, or one of the client's own. */
  readonly code: string;
  /** After how many milliseconds trying again can help; `undefined`: nobody knows. */
  readonly retryAfter: number | undefined;
  /** Whether the message may have been published all the same. */
  readonly mayHaveArrived: boolean;

  constructor(code: string, message: string, parts: ClientErrorParts = {}) {
    super(message);
    this.code = code;
    this.retryAfter = parts.retryAfter;
    this.mayHaveArrived = parts.mayHaveArrived ?? false;
  }
}

const unknown = 'The server could not do that.';

/** What an ERROR says. */
export function errorOf({ headers, body }: Pick<IFrame, 'headers' | 'body'>): ClientError {
  return new ClientError(headers.code ?? 'error', headers.message || body || unknown, {
    retryAfter: milliseconds(headers['retry-after']),
  });
}

/** What a MESSAGE on the error queue says; one that cannot be read is heard of all the same. */
export function toldError({ headers, body }: Pick<IFrame, 'headers' | 'body'>): ClientError {
  const { code, message } = readObject(body);
  return new ClientError(
    typeof code === 'string' ? code : 'error',
    typeof message === 'string' && message !== '' ? message : unknown,
    { retryAfter: milliseconds(headers['retry-after']) },
  );
}

function readObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
