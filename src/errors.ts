// The one table of error codes: what each means, how it ends, and whether trying again can help.

/** How an error reaches the client: an ERROR frame and a close, or a MESSAGE on `/user/queue/errors`. */
export interface ErrorRule {
  /** What happened, in words for a person. */
  readonly says: string;
  /** The close code that follows the ERROR frame; `null`: the session lives and hears of it on its error queue. */
  readonly close: number | null;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
}

const ends = (close: number, says: string, retryable = false): ErrorRule => ({ says, close, retryable });
const told = (says: string, retryable = false): ErrorRule => ({ says, close: null, retryable });

/**
 * Every error code that a client, a log line or a metric can carry. Codes are never reused;
 * `docs/errors.md` lists the same table, and a test holds the two equal.
 */
export const errorTable = {
  // the wire format: what the parser refuses
  'unknown-command': ends(1002, 'the frame does not begin with a STOMP command'),
  'bad-header': ends(1002, 'a header line is not name:value'),
  'bad-escape': ends(1002, 'a header holds an escape that this version of STOMP does not know'),
  'bad-content-length': ends(1002, 'content-length is not a number of bytes'),
  'missing-nul': ends(1002, 'the frame does not end with a NUL byte'),
  'invalid-utf8': ends(1002, 'the header bytes are not UTF-8'),
  'missing-header': ends(1002, 'a header that the command requires is missing'),
  'unencodable-header': ends(1002, 'a header cannot be written in this version of STOMP'),
  'bad-heart-beat': ends(1002, 'heart-beat is not two numbers of milliseconds'),
  'version-mismatch': ends(1002, 'no version of STOMP that both sides speak'),
  'frame-too-large': ends(1009, 'the frame is larger than the limit'),
  'too-many-headers': ends(1009, 'the frame has more headers than the limit'),
  'header-too-long': ends(1009, 'a header line is longer than the limit'),
  // the session: a frame at the wrong time
  'not-connected': ends(1002, 'the first frame of a session must be CONNECT or STOMP'),
  'already-connected': ends(1002, 'the session is connected already'),
  'duplicate-subscription': ends(1002, 'the subscription id is in use in this session'),
  'bad-destination': ends(1002, 'the destination is malformed'),
  'not-supported': ends(1002, 'this part of STOMP is not offered by this server'),
  'unknown-delivery': ends(1002, 'no message of that name waits to be acknowledged'),
  'unknown-transaction': ends(1002, 'the transaction is not open in this session'),
  'transaction-in-use': ends(1002, 'the transaction is open in this session already'),
  'connect-timeout': ends(1002, 'no CONNECT frame came in time'),
  'frame-timeout': ends(1002, 'a frame was begun and not finished in time'),
  'heart-beat-timeout': ends(1002, 'the client was silent for longer than it promised'),
  // who may do what
  'authentication-failed': ends(1008, 'the credentials were not accepted'),
  'authentication-unavailable': ends(1013, 'the credentials cannot be checked at the moment', true),
  'credentials-expired': ends(1008, 'the credentials have run out: connect again with fresh ones'),
  'user-changed': ends(
    1008,
    'fresh credentials must be of the same user; another one needs a session of its own',
  ),
  'idle-timeout': ends(1008, 'the client sent nothing but heart-beats for too long'),
  'unknown-host': ends(1008, 'the virtual host is not served here'),
  'unknown-destination': ends(1008, 'no part of this server answers that destination'),
  denied: ends(1008, 'that is not allowed'),
  'too-many-subscriptions': ends(1008, 'the session has as many subscriptions as it may have'),
  'too-many-durable-subscriptions': ends(1008, 'there are as many durable subscriptions as there may be'),
  'too-many-transactions': ends(1008, 'the session has as many transactions open as it may have'),
  'transaction-too-large': ends(1009, 'open transactions hold more than they may'),
  'transaction-too-wide': ends(1008, 'the transaction cannot be done in one: its parts lie too far apart'),
  'too-many-sessions': ends(1013, 'the server has as many sessions as it may have', true),
  'ended-by-application': ends(1008, 'the application ended the session'),
  'slow-client': ends(4500, 'the client does not read what it subscribed to', true),
  'going-away': ends(1012, 'the server is shutting down', true),
  internal: ends(1011, 'the server failed', true),
  // fresh credentials that were shown within a session: the session lives
  'refresh-failed': told('the fresh credentials were not accepted; the old ones hold until they run out'),
  'refresh-unavailable': told(
    'the fresh credentials cannot be checked at the moment; the old ones hold',
    true,
  ),
  // handlers: the session lives
  'no-handler': told('no handler answers that destination'),
  'bad-payload': told('the body is not what the handler expects'),
  'handler-failed': told('the handler failed', true),
  'handler-timeout': told('the handler took longer than it may', true),
  'bad-reply-to': told('reply-to is missing, or is no destination that may be answered'),
  'no-access': told('the user may not do that there'),
  'rate-limited': told('the client sends more than it may', true),
  'bad-resume': told('resume-from names no place in the log of that destination'),
  'resume-broken': told('the log of the destination lost what was to come next: subscribe again', true),
  'bad-cursor': told('the cursor is damaged, or belongs to another query'),
  'not-stored': told('the message cannot be stored: this server keeps no such history'),
  'history-full': told('more waits to be stored than may wait', true),
  'history-unavailable': told('the history cannot be reached at the moment', true),
  'queue-full': told('the queue holds as much as it may', true),
  'queues-unavailable': told('what queues keep on disk cannot be written at the moment', true),
  'relay-unavailable': told('the broker behind this server cannot be reached', true),
  // starting the service
  'bad-configuration': ends(1011, 'an option has a value that is not allowed'),
  'history-damaged': ends(1011, 'the files of the history are damaged'),
  'queues-damaged': ends(1011, 'the file of the queues is damaged'),
} as const satisfies Record<string, ErrorRule>;

/** One of the codes of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable;

/** What an error carries beside its code and its message. */
export interface ErrorParts {
  /** More for the client to read, in the body of the ERROR frame. */
  readonly detail?: string | undefined;
  /** For the log only. */
  readonly cause?: unknown;
  /** Stands in the log and in what the client is told, so that a report of the one finds the other. */
  readonly correlationId?: string | undefined;
  /** The client has had its answer already: nothing more is said. */
  readonly answered?: boolean;
  /** After how many milliseconds trying again can help. */
  readonly retryAfter?: number | undefined;
}

/**
 * The one error class of stompwire. `message` is safe to show to the client whose frame caused it.
 *
 * @example
 * ```ts
 * import { StompwireError } from 'stompwire';
 * import assert from 'node:assert/strict';
 *
 * const error = new StompwireError('denied', 'only members may post to room 7');
 * assert.equal(error.code, 'denied');
 * assert.equal(error.rule.close, 1008);
 * ```
 */
export class StompwireError extends Error {
  override readonly name = 'StompwireError';
  /** Which kind of failure; see {@link errorTable}. */
  readonly code: ErrorCode;
  /** More for the client to read, in the body of the ERROR frame. */
  readonly detail: string | undefined;
  /** What a client can name when it reports what the log explains. */
  readonly correlationId: string | undefined;
  /** Whether the client has had its answer already, such as an exception handler's. */
  readonly answered: boolean;
  /** After how many milliseconds trying again can help; `undefined`: nobody knows. */
  readonly retryAfter: number | undefined;

  /**
   * @param code - the kind of failure
   * @param message - what happened, which value, what is allowed; default: the table's text
   * @param parts - `detail` for the body of an ERROR frame, `cause` for the log only
   */
  constructor(code: ErrorCode, message?: string, parts: ErrorParts = {}) {
    super(message ?? errorTable[code].says, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.detail = parts.detail;
    this.correlationId = parts.correlationId;
    this.answered = parts.answered ?? false;
    this.retryAfter = parts.retryAfter;
  }

  /** How this error ends: its row of {@link errorTable}. */
  get rule(): ErrorRule {
    return errorTable[this.code];
  }
}

/**
 * Thrown by a handler, a hook or an exception handler, it sends the client an ERROR frame and ends the session
 * with close code 1008; no exception handler is asked. Source: Spring's `StompSubProtocolErrorHandler`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { StompError } from 'stompwire';
 *
 * const error = new StompError('this account was closed', { detail: 'Write to support to open it again.' });
 * assert.equal(error.code, 'ended-by-application');
 * assert.equal(error.rule.close, 1008);
 * ```
 */
export class StompError extends StompwireError {
  /**
   * @param message - the reason, as the client reads it in the `message` header
   * @param parts - `detail` for the body of the ERROR frame, `cause` for the log only
   */
  constructor(message: string, parts: Pick<ErrorParts, 'detail' | 'cause'> = {}) {
    super('ended-by-application', message, parts);
  }
}

/** Whether a text is one of the codes of {@link errorTable}. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text);
}
